"""The ways back to a handover: from a customer that came by it, and from the person's page.

An account's page asks for them with one statement, and only where a handover stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.handover.models import Handover, HandoverRow, Outcome
from app.handover.operations.tell import STAMP
from app.identity.models import User
from app.identity.operations.users import names_of
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.kernel.remembered import Remembered
from app.records.model import Record
from app.records.types import RecordType
from app.web.formats import formats
from app.web.shell import Link

MANAGE = ("user", "manage")
LISTED = 20
_standing: Remembered[tuple[UUID, ...]] = Remembered(512)


@dataclass(frozen=True, slots=True)
class Earlier:
    """One handover of somebody that was begun: where it is told, by whom and when."""

    url: str
    maker: str
    when: str
    became: Text | str


def digest_link(record_type: RecordType, record: Record, by: Actor) -> Iterable[Link]:
    """The digest of a customer for who took it over, and for who may hand over."""
    if record_type.key != "account" or by.user_id is None:
        return
    standing = _begun(by)
    if not standing:
        return
    came = select(HandoverRow.record_id).where(
        HandoverRow.handover_id.in_(standing),
        HandoverRow.record_type == record_type.key,
        HandoverRow.record_id == record.id,
        HandoverRow.outcome == int(Outcome.DONE),
    )
    if not by.may(*MANAGE):
        came = came.where(HandoverRow.to_id == by.user_id)
    if by.session.execute(came.limit(1)).first() is not None:
        url = f"/{record_type.collection}/{record.id}/digest"
        yield Link(url, "file-text", _("Handover digest"))


def earlier(user: User, by: Actor) -> list[Earlier]:
    """The handovers of somebody that were begun, the newest first."""
    found = by.session.scalars(
        select(Handover)
        .where(Handover.user_id == user.id, Handover.started_at.is_not(None))
        .order_by(Handover.created_at.desc(), Handover.id)
        .limit(LISTED)
    ).all()
    names = names_of(by, {one.by_id for one in found if one.by_id})
    write = formats(by)
    return [
        Earlier(
            f"/handovers/{one.id}",
            names.get(one.by_id, "") if one.by_id else "",
            write.relative(one.created_at, by.now),
            _became(one),
        )
        for one in found
    ]


def _became(handover: Handover) -> Text | str:
    if handover.undone_at is not None:
        return _("Handover taken back")
    return _("It is still under way.") if handover.finished_at is None else ""


def _begun(by: Actor) -> tuple[UUID, ...]:
    """The handovers that were begun and not taken back, remembered until one comes or goes."""
    mark = stamps.stamp(by.session, STAMP)
    if mark is None:
        return ()
    return _standing.get((by.tenant.id, mark), lambda: _load(by))


def _load(by: Actor) -> tuple[UUID, ...]:
    begun = (Handover.started_at.is_not(None), Handover.undone_at.is_(None))
    return tuple(by.session.scalars(select(Handover.id).where(*begun)))
