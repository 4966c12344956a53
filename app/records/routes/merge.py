"""Merging records: the page, the merge, and taking it back."""

from __future__ import annotations

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
from app.records.pages.merge import PREFIX, merge_page
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
    return page("records/merge.html", it=merge_page(record_type, ids, by, keep=keep))


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
    choices = _choices()
    try:
        made = merge_records(
            record_type, keep, others, by=by, choices=choices, versions=_versions(ids)
        )
    except (Refused, Conflict) as answer:
        by.session.rollback()
        return _again(record_type, ids, keep, choices, by, answer)
    name = record_type.title_of(fetch(record_type, keep, by))
    text = ngettext(
        "%(n)s record was merged into “%(name)s”.",
        "%(n)s records were merged into “%(name)s”.",
        len(others),
        name=name,
    )
    toast(text, undo_url=f"/{collection}/merges/{made.id}/undo")
    return see_other(record_url(record_type, keep))


@blueprint.post("/<collection:collection>/merges/<uuid:merge_id>/undo")
@access(record_verb="read")
def undo_merging(collection: str, merge_id: UUID) -> Response:
    """Take a merge back, except what somebody touched since."""
    by = current.actor()
    record_type = type_for(collection, "read", by)
    if find_merge(merge_id, by).record_type != record_type.key:
        raise Missing(_("There is no such page."))
    undone = undo_merge(merge_id, by=by)
    text = ngettext(
        "The merge was undone: %(n)s record is back.",
        "The merge was undone: %(n)s records are back.",
        len(undone.back),
    )
    if undone.spared:
        left = gettext("Left as it is, as it was changed again: %(fields)s.", fields=undone.spared)
        text = f"{text} {left}"
    toast(text, kind="warn" if undone.spared else "good")
    is_seen = can_read(record_type, undone.merge.survivor_id, by)
    place = record_url(record_type, undone.merge.survivor_id) if is_seen else f"/{collection}"
    return see_other(next_or(place))


def merge_ticked(record_type: RecordType, ids: list[UUID], is_whole_list: bool) -> Response:
    """Lead from ticked rows to their page; Refused for more than can be merged at once."""
    if is_whole_list or len(ids) > MOST:
        raise Refused(_("At most %(limit)s records can be merged at once.", limit=MOST))
    if len(ids) < 2:
        raise Refused(_("Choose at least two records to merge."))
    listed = ",".join(map(str, ids))
    return see_other(f"/{record_type.collection}/merge?ids={listed}")


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
    by: Actor,
    answer: Answer,
) -> Response:
    """The page as it was sent, with what stands against it; else the answer alone."""
    try:
        shown = merge_page(record_type, ids, by, keep=keep, choices=choices, answer=answer)
    except (Missing, Refused, NotPermitted):
        raise answer from None
    return page("records/merge.html", status=answer.status, it=shown)
