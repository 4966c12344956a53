"""The page of the sample data, and the calls of programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.kernel.actor import Actor
from app.kernel.language import _, ngettext
from app.records.api.asked import refuse_arguments
from app.records.api.inputs import demand_scope
from app.records.api.shape import Reply, dumps
from app.records.openapi.described import described
from app.records.openapi.parts import WHOLE, answer, record_of, ref
from app.records.openapi.values import Schema
from app.records.registry import registry
from app.records.routes.api import send
from app.records.routes.sent import once
from app.samples.operations import MANAGE, load, remove, standing
from app.web import current
from app.web.access import Who, access
from app.web.links import safe_path
from app.web.render import page, see_other
from app.web.toasts import toast

blueprint = Blueprint("samples", __name__, template_folder="templates")
URL, API = "/settings/samples", "/api/v1/samples"
TAG = _("Sample data")
NAMED: dict[str, Schema] = {
    "Samples": record_of(number=WHOLE, counts={"type": "object", "additionalProperties": WHOLE})
}
ONE = {"200": answer(ref("Samples"))}


@blueprint.get(URL)
@access(permission=MANAGE)
def show_samples() -> Response:
    """What there is of the sample data, and one press to load or remove it."""
    found = standing(current.actor())
    types = [registry().type(key) for key in found.counts]
    kinds = [
        (ngettext(*one.words.count, found.counts[one.key]), f"/{one.collection}") for one in types
    ]
    back = safe_path(request.args.get("next"), "")
    return page("samples/samples.html", url=URL, number=found.number, kinds=kinds, next_url=back)


@blueprint.post(f"{URL}/load")
@access(permission=MANAGE)
def load_samples() -> Response:
    """Load it."""
    number = load(current.actor())
    toast(ngettext("%(n)s sample record was made.", "%(n)s sample records were made.", number))
    return see_other(safe_path(request.form.get("next"), URL))


@blueprint.post(f"{URL}/remove")
@access(permission=MANAGE)
def remove_samples() -> Response:
    """Put it into the bin."""
    number = remove(current.actor())
    toast(
        ngettext(
            "%(n)s sample record went into the recycle bin.",
            "%(n)s sample records went into the recycle bin.",
            number,
        )
    )
    return see_other(URL)


@blueprint.get(API)
@described("get_samples", TAG, ONE, schemas=NAMED)
@access(who=Who.TOKEN, permission=MANAGE)
def tell_samples() -> Response:
    """How many sample records there are, by record type."""
    refuse_arguments(list(request.args))
    return send(_reply(current.actor()))


@blueprint.post(API)
@described("load_samples", TAG, ONE, schemas=NAMED)
@access(who=Who.TOKEN, permission=MANAGE)
def load_samples_by_program() -> Response:
    """Make the sample records of the workspace's industry; 409 where there are some already."""
    by = current.actor()
    demand_scope(by, *MANAGE)

    def work(_body: dict[str, Any]) -> Reply:
        load(by)
        return _reply(by)

    return once(work)


@blueprint.post(f"{API}/remove")
@described("remove_samples", TAG, ONE, schemas=NAMED)
@access(who=Who.TOKEN, permission=MANAGE)
def remove_samples_by_program() -> Response:
    """Put the sample records into the recycle bin; 404 where there are none."""
    by = current.actor()
    demand_scope(by, *MANAGE)

    def work(_body: dict[str, Any]) -> Reply:
        remove(by)
        return _reply(by)

    return once(work)


def _reply(by: Actor) -> Reply:
    found = standing(by)
    return Reply(200, dumps({"number": found.number, "counts": dict(found.counts)}))
