"""Merging records: the page, the merge, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote
from uuid import UUID

from flask import Response, request

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict, Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _, gettext, ngettext
from app.kernel.whole import whole
from app.records.access import can_read, fetch
from app.records.merge.family import MOST
from app.records.merge.operations import merge_records
from app.records.merge.undo import find_merge, undo_merge
from app.records.pages.merge import PREFIX, MergePage, merge_page
from app.records.pages.merge_news import what_became
from app.records.routes.blueprint import blueprint, next_or, record_url, type_for
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast


@blueprint.get("/<collection:collection>/merge")
@access(record_verb="read")
def show_merge(collection: str) -> Response:
    """The records of `ids` side by side; without two of them, how to choose some."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    ids = _ids(request.args.get("ids", ""))
    if len(ids) < 2:
        return page("records/merge_none.html", record_type=record_type, most=MOST)
    keep = parse_id(request.args.get("keep"))
    try:
        shown = merge_page(record_type, ids, by, keep=keep)
    except Missing as answer:
        return _without_gone(record_type, ids, keep, {}, {}, by, answer)
    return _shown(shown)


@blueprint.post("/<collection:collection>/merge")
@access(record_verb="delete")
def do_merge(collection: str) -> Response:
    """Merge records into the one that stays, with the values that were chosen."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    ids, keep = _ids(request.form.get("ids", "")), parse_id(request.form.get("keep"))
    if keep is None or keep not in ids:
        raise Refused(_("Choose the record that stays."))
    others = [one for one in ids if one != keep]
    choices, versions = _choices(), _versions(ids)
    try:
        made = merge_records(record_type, keep, others, by=by, choices=choices, versions=versions)
    except (Refused, Conflict, Missing) as answer:
        by.session.rollback()
        return _again(record_type, ids, keep, choices, versions, by, answer)
    name = record_type.title_of(fetch(record_type, keep, by))
    text = ngettext(
        "%(n)s record was merged into “%(name)s”.",
        "%(n)s records were merged into “%(name)s”.",
        len(others),
        name=name,
    )
    toast(text, undo_url=f"/{collection}/merges/{made.id}/undo")
    here = next_or("")  # Who goes through the duplicates goes on with the next.
    is_one_of_many = here.partition("?")[0] == f"/{collection}/duplicates"
    return see_other(here if is_one_of_many else record_url(record_type, keep))


@blueprint.post("/<collection:collection>/merges/<uuid:merge_id>/undo")
@access(record_verb="read")
def undo_merging(collection: str, merge_id: UUID) -> Response:
    """Take a merge back, except what somebody touched since."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    merge = find_merge(merge_id, by)
    if merge.record_type != record_type.key:
        raise Missing(_("There is no such page."))
    survivor_id = merge.survivor_id
    try:
        undone = undo_merge(merge_id, by=by)
    except Refused as answer:
        by.session.rollback()
        toast(answer.message, kind="warn")
        return _to_survivor(record_type, survivor_id, by)
    text = ngettext(
        "The merge was undone: %(n)s record is back.",
        "The merge was undone: %(n)s records are back.",
        len(undone.back),
    )
    if undone.spared:
        left = gettext("Left as it is, as it was changed again: %(fields)s.", fields=undone.spared)
        text = f"{text} {left}"
    toast(text, kind="warn" if undone.spared else "good")
    return _to_survivor(record_type, survivor_id, by)


def _to_survivor(record_type: RecordType, survivor_id: UUID, by: Actor) -> Response:
    """Lead to where an undo was asked for: the record that stayed, or the list without it."""
    is_seen = can_read(record_type, survivor_id, by)
    place = record_url(record_type, survivor_id) if is_seen else f"/{record_type.collection}"
    return see_other(next_or(place))


def merge_ticked(record_type: RecordType, ids: list[UUID], is_whole_list: bool) -> Response:
    """Lead from ticked rows to their page; Refused for more than can be merged at once."""
    if is_whole_list or len(ids) > MOST:
        raise Refused(_("At most %(limit)s records can be merged at once.", limit=MOST))
    if len(ids) < 2:
        raise Refused(_("Choose at least two records to merge."))
    url = f"/{record_type.collection}/merge?ids={','.join(map(str, ids))}"
    here = next_or("")
    return see_other(f"{url}&next={quote(here, safe='')}" if here else url)


def _ids(text: str) -> list[UUID]:
    """The ids of a list parted by commas, each once; Missing for what is none."""
    found = [parse_id(part.strip()) for part in text.split(",")[: MOST + 20] if part.strip()]
    if None in found:
        raise Missing(_("There is no such record."))
    return list(dict.fromkeys(one for one in found if one is not None))


def _choices() -> dict[str, str]:
    """What was chosen, by field."""
    return {
        name.removeprefix(PREFIX): text
        for name, text in request.form.items()
        if name.startswith(PREFIX)
    }


def _versions(ids: list[UUID]) -> dict[UUID, int]:
    """The versions that the form was made from."""
    sent = {one: whole(request.form.get(f"version.{one}", "")) for one in ids}
    return {one: version for one, version in sent.items() if version is not None}


def _again(
    record_type: RecordType,
    ids: list[UUID],
    keep: UUID,
    choices: dict[str, str],
    versions: dict[UUID, int],
    by: Actor,
    answer: Answer,
) -> Response:
    """The page as it was sent, with what stands against it; else the answer alone."""
    try:
        shown = merge_page(
            record_type, ids, by, keep=keep, choices=choices, answer=answer, versions=versions
        )
    except Missing:
        return _without_gone(record_type, ids, keep, choices, versions, by, answer)
    except (Refused, NotPermitted):
        raise answer from None
    return _shown(shown, answer.status)


def _without_gone(
    record_type: RecordType,
    ids: list[UUID],
    keep: UUID | None,
    choices: dict[str, str],
    versions: dict[UUID, int],
    by: Actor,
    answer: Answer,
) -> Response:
    """Go on with the records that are left, telling what became of the others.

    With fewer than two of them it leads to the one that another was merged into, else to the list.
    An address that names nothing that `by` sees, and that no list led to, is answered as it was.
    """
    found = what_became(record_type, ids, by)
    if len(found.left) >= 2:
        shown = merge_page(
            record_type, found.left, by, keep=keep, choices=choices, versions=versions
        )
        is_sent = request.method == "POST"
        return _shown(replace(shown, news=[*found.news, *shown.news]), 409 if is_sent else 200)
    here = next_or("")
    if not (found.left or found.is_any_merged or here):
        raise answer from None
    texts = [one.text for one in found.news]
    if request.method == "POST":
        texts.append(gettext("What you chose was not applied."))
    toast(" ".join(texts), kind="warn")
    into = next((one.url for one in found.news if one.url), "")
    return see_other(into or here or f"/{record_type.collection}")


def _shown(shown: MergePage, status: int = 200) -> Response:
    here = next_or(f"/{shown.record_type.collection}")
    return page("records/merge.html", status=status, it=shown, next=here)
