"""The page of leaving in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.billing.shown import current_subscription
from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.leaving.models import NOTICE, State, Takeout
from app.leaving.operations.farewell import find_farewell, who_asked
from app.leaving.operations.takeout import URL
from app.records.files.sizes import size_text
from app.web.formats import formats
from tenants.billing.unpaid import is_waiting

STATES: Mapping[State, tuple[Text, str]] = {
    State.WAITING: (_("Waiting"), "info"),
    State.RUNNING: (_("Being made"), "info"),
    State.DONE: (_("Ready"), "good"),
    State.FAILED: (_("Failed"), "bad"),
    State.CANCELLED: (_("Cancelled"), ""),
    State.EXPIRED: (_("Expired"), ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One file of the page; `until` is empty where there is none to be fetched."""

    takeout: Takeout
    state: Text
    tone: str
    rows: str
    files: str
    missing: Sequence[str]
    percent: int
    size: str
    who: str
    when: str
    until: str

    @property
    def url(self) -> str:
        """Below it stands what can be done with it."""
        return f"{URL}/files/{self.takeout.id}"


def shown(takeouts: Sequence[Takeout], by: Actor) -> dict[str, Any]:
    """What the template shows."""
    people = names_of(by, {one.user_id for one in takeouts})
    lines = [_line(one, people.get(one.user_id, ""), by) for one in takeouts]
    return {
        "url": URL,
        "lines": lines,
        "is_under_way": any(one.takeout.is_under_way for one in lines),
        "farewell": _farewell(by),
        "may_end": by.rights.is_owner,
        "paid_until": _paid_until(by),
        "days": NOTICE.days,
        "slug": by.tenant.slug,
    }


def _paid_until(by: Actor) -> str:
    """The day until which the workspace is paid, where that is after its end; "" else."""
    row, write = current_subscription(by), formats(by)
    farewell = find_farewell(by)
    ends = farewell.due_at if farewell is not None else by.now + NOTICE
    if row is None or row.status != "active" or is_waiting(row):
        return ""
    if row.period_end is None or row.period_end <= ends:
        return ""
    return write.day(write.local(row.period_end).date(), by.today())


def _farewell(by: Actor) -> dict[str, str] | None:
    """The wish that the workspace be erased: whose it is, and until when it can be taken back."""
    found = find_farewell(by)
    if found is None:
        return None
    return {
        "who": who_asked(by.session, found),
        "asked": formats(by).exact(found.asked_at),
        "due": formats(by).exact(found.due_at),
        "reason": found.reason,
    }


def _line(takeout: Takeout, who: str, by: Actor) -> Line:
    write = formats(by)
    is_ready = takeout.state == State.DONE
    is_over = takeout.expires_at is None or takeout.expires_at <= by.now
    state, tone = STATES[State.EXPIRED if is_ready and is_over else State(takeout.state)]
    until = ""
    if is_ready and takeout.expires_at is not None and not is_over:
        until = write.moment(takeout.expires_at, by.today())
    told = takeout.told
    return Line(
        takeout,
        state,
        tone,
        write.number(told["rows"]) if "rows" in told else "",
        write.number(told["files"]) if "files" in told else "",
        told.get("missing", ()),
        takeout.done * 100 // max(takeout.total, 1),
        size_text(takeout.size) if takeout.size else "",
        who,
        write.relative(takeout.created_at, by.now),
        until,
    )
