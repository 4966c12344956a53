"""The settings of text templates: making, changing, trying, bringing back, deleting."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.documents.pages import templates as pages
from app.documents.pages.templates import PLACE, Preview
from app.documents.routes.blueprint import blueprint
from app.documents.texts import operations
from app.documents.texts.models import TextTemplate
from app.documents.texts.operations import MANAGE, Wish
from app.identity.routes.asking import typed
from app.kernel.errors import Answer, Conflict, Refused
from app.kernel.ids import parse_id
from app.kernel.language import OFFERED, _
from app.records.routes.forms import seen_version
from app.web import current
from app.web.access import access
from app.web.render import fragment, page, see_other
from app.web.toasts import toast

EDITOR = "documents/template.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_templates() -> Response:
    """Every template, by what it is for."""
    groups = pages.template_list(current.actor())
    return page("documents/templates.html", url=PLACE, groups=groups)


@blueprint.get(f"{PLACE}/new")
@access(permission=MANAGE)
def new_template() -> Response:
    """The editor of a new template, once it is chosen what it is for."""
    by = current.actor()
    wish = Wish(record_type=request.args.get("record_type", ""))
    if pages.type_to_write_for(wish.record_type, by) is None:
        types = pages.types_to_choose(by)
        return page("documents/template_type.html", url=PLACE, types=types)
    return _show(wish, None)


@blueprint.post(f"{PLACE}/new")
@access(permission=MANAGE)
def create_template() -> Response:
    """Make a template."""
    return _save(None)


@blueprint.get(f"{PLACE}/<uuid:template_id>")
@access(permission=MANAGE)
def show_template(template_id: UUID) -> Response:
    """The editor of a template."""
    found = operations.get_template(current.actor(), template_id)
    return _show(pages.wish_of(found), found)


@blueprint.post(f"{PLACE}/<uuid:template_id>")
@access(permission=MANAGE)
def change_template(template_id: UUID) -> Response:
    """Keep a template; where somebody was faster, what was typed stays to be looked at."""
    return _save(operations.get_template(current.actor(), template_id))


@blueprint.post(f"{PLACE}/preview")
@access(permission=MANAGE, while_previewing=True)
def preview_template() -> Response:
    """What is being typed, filled in for a record; nothing is kept."""
    return fragment("documents/_template_preview.html", preview=_preview(_wish()))


@blueprint.get(f"{PLACE}/<uuid:template_id>/versions")
@access(permission=MANAGE)
def show_versions(template_id: UUID) -> Response:
    """What a template said, and who wrote it."""
    by = current.actor()
    found = operations.get_template(by, template_id)
    lines = pages.history(found, by)
    return page(
        "documents/template_versions.html",
        url=f"{PLACE}/{template_id}",
        name=found.name,
        lines=lines,
    )


@blueprint.post(f"{PLACE}/<uuid:template_id>/versions/<int:number>/restore")
@access(permission=MANAGE)
def restore_version(template_id: UUID, number: int) -> Response:
    """Let a template say again what it said."""
    by = current.actor()
    found = operations.get_template(by, template_id)
    operations.restore_version(by, found, number)
    toast(_("Version %(n)s stands again.", n=number))
    return see_other(f"{PLACE}/{template_id}")


@blueprint.post(f"{PLACE}/<uuid:template_id>/delete")
@access(permission=MANAGE)
def delete_template(template_id: UUID) -> Response:
    """Remove a template; what was made of it stays."""
    by = current.actor()
    found = operations.get_template(by, template_id)
    name = found.name
    operations.delete_template(by, found)
    toast(_("Deleted: %(name)s", name=name))
    return see_other(PLACE)


def _save(template: TextTemplate | None) -> Response:
    by = current.actor()
    wish = _wish(template)
    if "preview" in request.form:  # Where no script fills the preview in.
        return page(EDITOR, "form", form=pages.form(wish, template, by, _preview(wish)))
    template_id = template.id if template is not None else None
    try:
        kept = operations.save_template(by, template, wish, seen_version() if template else None)
    except (Refused, Conflict) as answer:
        by.session.rollback()
        return _again(wish, template_id, answer)
    toast(_("Saved."))
    return see_other(f"{PLACE}/{kept.id}")


def _again(wish: Wish, template_id: UUID | None, answer: Answer) -> Response:
    """The editor with what was typed and what stands against it."""
    by = current.actor()
    now = operations.get_template(by, template_id) if template_id is not None else None
    alerts = () if answer.errors else (answer.message,)
    if isinstance(answer, Conflict):
        alerts = (*alerts, _("What you typed is still here: save again to keep it instead."))
    form = pages.form(wish, now, by, _preview(wish), answer.errors, alerts)
    return page(EDITOR, "form", status=answer.status, form=form)


def _show(wish: Wish, template: TextTemplate | None) -> Response:
    by = current.actor()
    preview = _preview(wish) if template is not None else pages.preview_of(wish, None, "", by)
    return page(EDITOR, "form", form=pages.form(wish, template, by, preview))


def _preview(wish: Wish) -> Preview:
    by = current.actor()
    values = request.values
    return pages.preview_of(wish, parse_id(values.get("record_id")), values.get("language", ""), by)


def _wish(template: TextTemplate | None = None) -> Wish:
    """What the form asks for; the type of a template stays what it is."""
    return Wish(
        typed("name"),
        template.record_type if template is not None else typed("record_type"),
        typed("purpose"),
        {one: typed(f"subject.{one}") for one in OFFERED},
        {one: typed(f"body.{one}") for one in OFFERED},
    )
