"""Addresses that mails do not reach: known by a digest alone, cleared once one comes from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Previewing
from app.kernel.language import _
from app.kernel.rows import rows_written
from app.mail.messages.models import Message, Unreachable
from app.mail.messages.places import addresses_of, holders, takes_mail
from app.mail.messages.rights import SEND
from app.records.model import Record
from app.records.types import RecordType

STAMP = "unreachable"  # Drawn with the first such address: until then no page asks for any.
UNREACHABLE, REACHABLE = "unreachable", "reachable"  # What events of records say.
LONGEST = 300  # Characters of what a server said.


def mark(address: str, status: str, said: str, message: Message, by: Actor) -> None:
    """Keep that an address is none that takes mails; its records tell of it, once."""
    row = insert(Unreachable).values(
        digest=_digest(address, by),
        status=status[:12],
        said=without(address, said)[:LONGEST],
        since=by.now,
        message_ref=message.id,
    )
    if rows_written(by.session.execute(row.on_conflict_do_nothing())) != 1:
        return
    if stamps.stamp(by.session, STAMP) is None:
        stamps.draw(by.session, STAMP)
    _tell(address, UNREACHABLE, by)


def clear(address: str, by: Actor, before: datetime | None = None) -> None:
    """Forget that an address was not reached, as something came from it after that."""
    if stamps.stamp(by.session, STAMP) is None:
        return
    meant = delete(Unreachable).where(Unreachable.digest == _digest(address, by))
    if before is not None:
        meant = meant.where(Unreachable.since < before)
    if rows_written(by.session.execute(meant)) == 1:
        _tell(address, REACHABLE, by)


def clear_all(record_type: RecordType, record: Record, by: Actor) -> None:
    """Try the addresses of a record again, as somebody wishes who knows better."""
    if by.previews is not None:
        raise Previewing(by.previews.name)
    if by.tenant.is_read_only:
        raise NotPermitted(_("This workspace is read-only until its bill is paid."))
    if not by.may(*SEND):
        raise NotPermitted(_("Your role does not allow this."))
    for address in addresses_of(record_type, record, by):
        clear(address, by)


def unreachable(addresses: Collection[str], by: Actor) -> Mapping[str, Unreachable]:
    """Those of some addresses that are not reached; no statement while a workspace has none."""
    if not addresses or stamps.stamp(by.session, STAMP) is None:
        return {}
    digests = {_digest(one, by): one for one in addresses}
    found = by.session.scalars(select(Unreachable).where(Unreachable.digest.in_(digests)))
    return {digests[one.digest]: one for one in found}


def unreachable_on(record_type: RecordType, record: Record, by: Actor) -> Mapping[str, Unreachable]:
    """Those of a record that the reader may see."""
    if stamps.stamp(by.session, STAMP) is None or not takes_mail(record_type):
        return {}
    return unreachable(addresses_of(record_type, record, by), by)


def without(address: str, said: str) -> str:
    """What a server said in one line and without the address, which not everybody may see."""
    line = " ".join(said.split())
    at = line.casefold().find(address.casefold())
    while at >= 0:
        line = f"{line[:at]}…{line[at + len(address) :]}"
        at = line.casefold().find(address.casefold())
    return line


def _tell(address: str, verb: str, by: Actor) -> None:
    """Let the timelines of whoever has an address tell of it."""
    for record_type, row in holders([address], by):
        write_event(by, record_type.key, row.id, verb)


def _digest(address: str, by: Actor) -> str:
    return sha256(f"{by.tenant.id}|{address.casefold()}".encode("utf-8", "replace")).hexdigest()
