"""The recycle bin: what was deleted, bringing it back, erasing it for good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from flask import Response, request

from app.identity.operations.users import names_of
from app.identity.routes.paging import cursor_of, read_moment_cursor
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Missing, NotPermitted, Refused
from app.kernel.ids import new_id, parse_id
from app.kernel.language import _, gettext, labelled, ngettext
from app.records.along import deleted_with, numbers_in_words
from app.records.door import perform
from app.records.erase import erase_record
from app.records.model import Record
from app.records.recycle import PAGE, read_bin, restorable_types
from app.records.retention import retention
from app.records.routes.blueprint import blueprint
from app.records.tailored import tailored
from app.records.trash import fetch_deleted
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.links import safe_path
from app.web.render import page, see_other
from app.web.toasts import toast

URL = "/settings/trash"
MOST_AT_ONCE = 200
Do = Callable[[RecordType, Record, Actor], object]


@blueprint.get(URL)
@access()
def show_bin() -> Response:
    """What was deleted and may be brought back by the reader, the latest first."""
    return _show([])


@blueprint.post(f"{URL}/restore")
@access()
def restore_ticked() -> Response:
    """Bring back what was ticked; each that can't be is told with its reason."""
    back: Counter[str] = Counter()
    along: Counter[str] = Counter()

    def restore(kind: RecordType, record: Record, by: Actor) -> None:
        with_it = deleted_with(kind, record, by)
        perform(kind, "restore", record, by=by)
        back[kind.key] += 1
        along.update(with_it)

    done, told = _each(restore)
    return _answer(done, _restored(back, along, current.actor()), told)


def _restored(back: Counter[str], along: Counter[str], by: Actor) -> str:
    """Restored: 3 accounts, with 7 contacts, 12 activities."""
    what = numbers_in_words(back, by)
    if not along:
        return gettext("Restored: %(what)s.", what=what)
    with_it = numbers_in_words(along, by)
    return gettext("Restored: %(what)s, with %(along)s.", what=what, along=with_it)


@blueprint.post(f"{URL}/erase")
@access(permission=("trash", "erase"))
def erase_ticked() -> Response:
    """Erase what was ticked for good; each that can't be is told with its reason."""
    done, told = _each(erase_record)
    text = ngettext(
        "%(n)s record was erased for good.", "%(n)s records were erased for good.", done
    )
    return _answer(done, str(text), told)


def _show(refused: list[str], status: int = 200) -> Response:
    by = current.actor()
    asked_kind, q = request.args.get("type", ""), request.args.get("q", "")[:200]
    types = restorable_types(by)
    kind = asked_kind if asked_kind in {one.key for one in types} else ""
    found = read_bin(by, kind=kind, q=q, before=read_moment_cursor(request.args.get("before")))
    shown = found[:PAGE]
    earlier = cursor_of(shown[-1].at.isoformat(), shown[-1].id) if len(found) > PAGE else None
    kept = retention(by)
    return page(
        "records/recycle.html",
        status=status,
        url=URL,
        types={one.key: one for one in types},
        kind=kind,
        q=q,
        rows=[(one, kept.days_left(one.at, by.now)) for one in shown],
        names=names_of(by, {one.by_id for one in shown if one.by_id}),
        earlier=earlier,
        refused=refused,
        may_change=not by.tenant.is_read_only,
        may_erase=not by.tenant.is_read_only and by.may("trash", "erase"),
    )


def _answer(done: int, text: str, refused: list[str]) -> Response:
    """The bin again, with what was refused above it; else back to it with a message."""
    if not refused:
        toast(text)
        return see_other(safe_path(request.form.get("next"), URL))
    if done:
        toast(text)
    return _show(refused, 200 if done else 422)


def _each(do: Do) -> tuple[int, list[str]]:
    """Do something with each ticked record, each for itself: how many were, why others not."""
    by = current.actor().in_batch(new_id())
    texts = request.form.getlist("only") or request.form.getlist("id")
    if not texts or len(texts) > MOST_AT_ONCE:
        raise Refused(_("Select some rows first, at most %(limit)s.", limit=MOST_AT_ONCE))
    done, refused = 0, []
    for text in dict.fromkeys(texts):
        record_type, record = _find(text, by)
        name = record_type.title_of(record)
        try:
            with by.session.begin_nested():
                do(record_type, record, by)
        except (Refused, NotPermitted, Missing) as answer:
            by.session.expire_all()
            refused.append(labelled(name, _reason(answer)))
        else:
            done += 1
    return done, refused


def _reason(answer: Answer) -> str:
    return str(answer.message or next(iter(answer.errors.values()), ""))


def _find(text: str, by: Actor) -> tuple[RecordType, Record]:
    """The deleted record that a tick names as `type:id`; Missing when it is none for `by`."""
    key, _sep, raw_id = text.partition(":")
    record_id: UUID | None = parse_id(raw_id)
    known = {one.key for one in restorable_types(by)}
    record_type = tailored(key, by) if key in known else None
    record = fetch_deleted(record_type, record_id, by) if record_type is not None else None
    if record_type is None or record is None:
        raise Missing(_("Some of these are gone, or your role may not restore them."))
    return record_type, record
