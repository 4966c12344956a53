"""Why somebody can see a record or not: the grounds of access itself, asked one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor, Reach
from app.records.access import Ground, grounds, reader_of
from app.records.model import Record
from app.records.pool.reading import in_pool, is_read_in_pool
from app.records.types import RecordType

VERBS = ("read", "update", "delete")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether somebody may do a verb on a record, how far their role reaches, on which grounds."""

    verb: str
    reach: Reach | None
    grounds: Sequence[Ground]

    @property
    def may(self) -> bool:
        """True when at least one ground holds."""
        return bool(self.grounds)


def explain(record_type: RecordType, record: Record, person: User, by: Actor) -> list[Answer]:
    """What `person` may do with a living record, and why: an answer for each standard verb.

    They are the very conditions that `access.permitted` joins by OR, each asked of this one row. To
    read, what is asked of whoever sees the pool alone is among them.
    """
    asked = actor_for(by.session, by.tenant, person, by.now, "web")
    answers = [_answer(record_type, record, verb, asked) for verb in VERBS]
    reader = in_pool(record_type, asked)
    if reader is None or not is_read_in_pool(record_type, reader):
        return answers
    by_pool = _answer(record_type, record, "read", reader)
    return [
        replace(one, grounds=[*one.grounds, *by_pool.grounds]) if one.verb == "read" else one
        for one in answers
    ]


def _answer(record_type: RecordType, record: Record, verb: str, asked: Actor) -> Answer:
    model = record_type.model
    possible = list(grounds(record_type, model, verb, reader_of(asked)))
    reach = asked.rights.reach(record_type.key, verb)
    if not possible or not asked.user_id:
        return Answer(verb, reach, ())
    columns = [one.holds.label(f"ground_{number}") for number, one in enumerate(possible)]
    alive = select(*columns).where(model.id == record.id, model.deleted_at.is_(None))
    row = asked.session.execute(alive).one_or_none()
    holds = row or (False,) * len(possible)
    return Answer(verb, reach, [one for one, true in zip(possible, holds, strict=True) if true])
