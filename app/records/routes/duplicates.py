"""Records that may be the same: while typing, and of a whole type."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request

from app.identity.operations.guard import require_writable
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Held, Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _, ngettext
from app.records import gate
from app.records.door import perform
from app.records.duplicates.deny import deny, undeny
from app.records.duplicates.match import MOST
from app.records.pages.duplicate_groups import (
    count_in_words,
    duplicates_page,
    duplicates_url,
    has_duplicates,
    looked_at,
    sign_words,
)
from app.records.pages.duplicates import suspects
from app.records.pages.form import typed_values
from app.records.pool.facts import CLAIM
from app.records.routes.blueprint import blueprint, next_or, record_for, type_for
from app.records.routes.merge import merge_ticked
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import fragment, is_htmx, page, see_other
from app.web.toasts import toast

SETTINGS = "/settings/duplicates"


@blueprint.post("/<collection:collection>/suspects")
@access(record_verb="read")
def show_suspects(collection: str) -> Response:
    """The records that may be the same as what a form holds; it is sent, as it names people."""
    by = current.actor()
    record_type = type_for(collection, "create", by)
    require_writable(by)
    is_claimed = "claim" in request.args and _claim(collection, request.args["claim"])
    typed = typed_values(record_type, request.form, by)
    found = suspects(record_type, typed, by, next_or(""))
    answer = page("records/suspects.html", "suspects", found=found)
    if is_claimed:
        answer.headers["HX-Trigger"] = "records-changed"
    return answer


def _id_of(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise Missing(_("There is no such record."))
    return found


def _claim(collection: str, record_id: str) -> bool:
    """Claim one of them, so that what was typed can go on in it; why not is told in a message."""
    try:
        record_type, record, by = record_for(collection, _id_of(record_id), CLAIM)
        perform(record_type, CLAIM, record, by=by)
    except Held as held:
        toast(gate.keep(held, by).message, kind="info")
        return False
    except Answer as answer:
        current.session().rollback()
        toast(answer.message, kind="warn")
        return False
    toast(_("Claimed: %(name)s", name=record_type.title_of(record)))
    return True


@blueprint.get("/<collection:collection>/duplicates")
@access(record_verb="read")
def show_duplicates(collection: str) -> Response:
    """Groups of records that may be the same, the surest first; the groups alone for htmx."""
    return _show(_type(collection, current.actor()))


@blueprint.get("/<collection:collection>/duplicates/count")
@access(record_verb="read")
def count_duplicates(collection: str) -> Response:
    """How many groups an address shows; asked for once the page stands."""
    by = current.actor()
    told = count_in_words(_type(collection, by), request.args, by)
    return fragment("records/_duplicates_count.html", told=told)


@blueprint.post("/<collection:collection>/duplicates/deny")
@access(record_verb="read")
def deny_duplicates(collection: str) -> Response:
    """Say of the ticked records of a group that they are not the same."""
    by = current.actor()
    record_type = _type(collection, by)
    ids = _ids()
    try:
        with by.session.begin_nested():
            deny(record_type, ids, by=by)
    except (Refused, Missing, NotPermitted) as answer:
        return _answer(record_type, str(answer.message), kind="warn")
    query = urlencode({"ids": ",".join(map(str, ids))})
    text = ngettext(
        "%(n)s record is no duplicate.", "These %(n)s records are no duplicates.", len(ids)
    )
    return _answer(record_type, text, undo_url=f"/{collection}/duplicates/undeny?{query}")


@blueprint.post("/<collection:collection>/duplicates/undeny")
@access(record_verb="read")
def undeny_duplicates(collection: str) -> Response:
    """Take back what was said of some records: they are shown as possible duplicates again."""
    by = current.actor()
    record_type = _type(collection, by)
    try:
        with by.session.begin_nested():
            undeny(record_type, _ids(), by=by)
    except (Refused, Missing, NotPermitted) as answer:
        return _answer(record_type, str(answer.message), kind="warn")
    return _answer(record_type, str(_("They are shown as possible duplicates again.")))


@blueprint.post("/<collection:collection>/duplicates/compare")
@access(record_verb="read")
def compare_duplicates(collection: str) -> Response:
    """Lead from the ticked records of a group to the page that merges them."""
    return merge_ticked(_type(collection, current.actor()), _ids(), is_whole_list=False)


@blueprint.get(SETTINGS)
@access()
def show_duplicate_settings() -> Response:
    """Which records are looked at for duplicates, by what, with the way to each page."""
    by = current.actor()
    types = [(one, duplicates_url(one), sign_words(one, by)) for one in looked_at(by)]
    return page("records/settings/duplicates.html", types=types)


def _type(collection: str, by: Actor) -> RecordType:
    """The type at an address; Missing for one whose records are known again by nothing."""
    record_type = type_for(collection, "read", by)
    if not has_duplicates(record_type):
        raise Missing(_("There is no such page."))
    return record_type


def _show(record_type: RecordType) -> Response:
    shown = duplicates_page(record_type, request.args, current.actor())
    return page("records/duplicates.html", it=shown)


def _answer(
    record_type: RecordType, text: str, *, kind: str = "good", undo_url: str | None = None
) -> Response:
    """A message; a script then asks for the groups again, else the page is led back to."""
    toast(text, kind=kind, undo_url=undo_url)
    if is_htmx():
        response = page("_problem.html", "problem")
        response.headers["HX-Trigger"] = "records-changed"
        return response
    return see_other(next_or(f"/{record_type.collection}/duplicates"))


def _ids() -> list[UUID]:
    """The records that were ticked, or that an address names; Missing for what is none."""
    texts = [*request.form.getlist("ids"), *request.args.get("ids", "").split(",")]
    found = [parse_id(one) for one in dict.fromkeys(filter(None, texts[: MOST + 2]))]
    if None in found:
        raise Missing(_("There is no such record."))
    return [one for one in found if one is not None]
