"""Text templates for programs: the same rights and rules as the settings have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from app.documents.routes import templates_told as told
from app.documents.routes.blueprint import blueprint
from app.documents.texts import operations
from app.documents.texts.models import TextTemplate
from app.documents.texts.operations import MANAGE, Wish
from app.documents.texts.render import Rendered, render
from app.kernel.errors import Refused
from app.kernel.language import LOCALES, _
from app.kernel.language import current as language_in_use
from app.records.access import fetch
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import id_of, text_of
from app.records.api.shape import Reply, dumps, marked, seen_version
from app.records.openapi.described import described
from app.records.openapi.parts import DONE, LIMITED, NOT_MODIFIED, parameter
from app.records.routes.api import repeatable, send
from app.records.routes.sent import Body, body_of
from app.records.tailored import tailored
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

BASE = "/api/v1/templates"
ONE = f"{BASE}/<uuid:template_id>"
CHANGED = ("name", "purpose", "subject", "body")


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Describe one of these calls; all refer to the same schemas."""
    return described(operation, told.TAG, answers, schemas=told.NAMED, **more)


@blueprint.get(BASE)
@_described("list_templates", told.LISTED, parameters=(parameter("record_type"), LIMITED))
@access(who=Who.TOKEN)
def list_templates() -> Response:
    """The templates for records that the caller may read, by name."""
    read_page(request.args, ("record_type",))
    found = operations.list_templates(current.actor())
    kind = request.args.get("record_type")
    data = [_shown(one) for one in found if kind is None or one.record_type == kind]
    return send(Reply(200, dumps({"data": data, "next": None})))


@blueprint.post(BASE)
@_described("create_template", told.MADE, sends=told.SENT_NEW, is_repeatable=True)
@access(who=Who.TOKEN, permission=MANAGE)
def create_template_by_program() -> Response:
    """Make a template."""
    by = current.actor()
    body = body_of((*CHANGED, "record_type"))

    def create() -> Reply:
        made = operations.save_template(by, None, _wish(body, None))
        answer = marked(_shown(made), made.version, 201)
        answer.headers["Location"] = f"{BASE}/{made.id}"
        return answer

    return repeatable(by, body, create)


@blueprint.get(ONE)
@_described("get_template", told.ONE | NOT_MODIFIED)
@access(who=Who.TOKEN)
def show_one_template(template_id: UUID) -> Response:
    """One template."""
    refuse_arguments(list(request.args))
    found = operations.get_template(current.actor(), template_id)
    response = send(marked(_shown(found), found.version))
    response.make_conditional(request)
    return response


@blueprint.patch(ONE)
@_described("update_template", told.ONE, sends=told.SENT, is_versioned=True)
@access(who=Who.TOKEN, permission=MANAGE)
def change_template_by_program(template_id: UUID) -> Response:
    """Change what is given; texts are replaced as a whole, all languages at once."""
    by = current.actor()
    found = operations.get_template(by, template_id)
    body = body_of(CHANGED)
    version = seen_version(request.if_match, found)
    operations.save_template(by, found, _wish(body, found), version)
    return send(marked(_shown(found), found.version))


@blueprint.delete(ONE)
@_described("delete_template", DONE)
@access(who=Who.TOKEN, permission=MANAGE)
def delete_template_by_program(template_id: UUID) -> Response:
    """Remove a template; what was made of it stays."""
    refuse_arguments(list(request.args))
    by = current.actor()
    operations.delete_template(by, operations.get_template(by, template_id))
    return Response(status=204)


@blueprint.post(f"{ONE}/render")
@_described("render_template", told.RENDERED, sends=told.ASKED)
@access(who=Who.TOKEN)
def render_by_program(template_id: UUID) -> Response:
    """Fill a template in for a record, as its caller may see it; nothing is kept."""
    by = current.actor()
    found = operations.get_template(by, template_id)
    body = body_of(("record_id", "language"))
    language = text_of(body, "language", language_in_use())
    if language not in LOCALES:
        raise Refused(_("This is not one of the values to choose from."), field="language")
    record = fetch(tailored(found.record_type, by), id_of(body, "record_id"), by)
    return send(Reply(200, dumps(_filled(render(found, record, language, by)))))


def _wish(body: Body, found: TextTemplate | None) -> Wish:
    """What a body asks for; of a template that stands, what it says nothing of stays."""
    return Wish(
        text_of(body, "name", found.name if found else ""),
        found.record_type if found else text_of(body, "record_type"),
        text_of(body, "purpose", found.purpose if found else "mail"),
        _texts(body, "subject", found.subject if found else {}),
        _texts(body, "body", found.body if found else {}),
    )


def _texts(body: Body, key: str, standing: Mapping[str, str]) -> Mapping[str, str]:
    """Texts by language."""
    given = body.get(key, standing)
    if not isinstance(given, Mapping) or set(given) - set(LOCALES):
        raise Refused(_("Give texts by language: en, zh-CN or zh-TW."), field=key)
    return {one: text_of(given, one) for one in given}


def _shown(one: TextTemplate) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "record_type": one.record_type,
        "purpose": one.purpose,
        "subject": dict(one.subject),
        "body": dict(one.body),
        "version": one.version,
        "created_at": as_json(one.created_at),
        "updated_at": as_json(one.updated_at),
        "updated_by_id": as_json(one.updated_by_id),
    }


def _filled(found: Rendered) -> dict[str, Any]:
    return {
        "subject": found.subject,
        "body": found.body,
        "language": found.language,
        "missing": [{"path": one.path, "why": one.why.value} for one in found.missing],
    }
