"""Which fields a file may give."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.records.access import readable_keys, writable_keys
from app.records.imports.keep import MANAGE
from app.records.imports.noted import noted_keys
from app.records.imports.whole_names import parts_of_name
from app.records.types import RecordType

CREATED = "created_at"  # Kept by the system, but for what was created elsewhere before.


def givable_keys(record_type: RecordType, by: Actor) -> frozenset[str]:
    """The fields that a file of `by` may give: those of a form, and a whole name to be told apart.

    Whoever may not write its parts can't give a name. Whoever manages imports may give when new
    records were created, as whoever moves a firm's records from another program does. Whoever may
    make what tells when somebody was last in touch may give that.
    """
    writable = writable_keys(record_type, by)
    parts = parts_of_name(record_type, record_type.title.key)
    more = set()
    if parts is not None and writable.issuperset(parts):
        more.add(record_type.title.key)
    if CREATED in record_type.by_key and by.may(*MANAGE):
        more.add(CREATED)
    more |= noted_keys(record_type, by) | past_keys(record_type, by)
    return writable | more | line_keys(record_type, by)


def line_keys(record_type: RecordType, by: Actor) -> frozenset[str]:
    """What a file of `by` may give of lines: who makes a record gives it those."""
    lined = record_type.lined
    if lined is None or not by.may(record_type.key, "create"):
        return frozenset()
    return frozenset(f"{lined.input}.{one.key}" for one in lined.fields)


def past_keys(record_type: RecordType, by: Actor) -> frozenset[str]:
    """What a file of `by` may say that became of new records elsewhere.

    Whoever manages imports may, as far as they are allowed what would bring that about here.
    """
    past = record_type.past
    if past is None or not by.may(*MANAGE):
        return frozenset()
    if not all(by.may(record_type.key, verb) for verb in past.verbs):
        return frozenset()
    return frozenset(past.keys) & readable_keys(record_type, by)
