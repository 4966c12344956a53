"""What a report counts, by its name: records of a type, or what they consist of; and who may."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _
from app.records.access import sees
from app.records.registry import registry
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType


def readable_type(name: str, by: Actor) -> RecordType:
    """The type of a report; Refused where there is none, NotPermitted where it may not be read."""
    declared = registry().counted(name)
    if declared is None or not by.tenant.allows(declared.module):
        raise Refused(_("There is no such record type."), field="record_type")
    found = tailored(declared, by)
    if not _is_read(found, by):
        raise NotPermitted(_("Your role may not see the records of this report."))
    return found


def may_count(name: str, by: Actor) -> bool:
    """True for whoever may have reports of what is called so."""
    declared = registry().counted(name)
    if declared is None or not by.tenant.allows(declared.module):
        return False
    return _is_read(tailored(declared, by), by)


def readable_types(by: Actor) -> list[RecordType]:
    """All that `by` may count, in the navigation's order, what records consist of behind them."""
    wholes = switched_on(by)
    every = (kind for one in wholes for kind in (one, *one.types_of_parts.values()))
    return [one for one in every if _is_read(one, by)]


def may_take_away(name: str, by: Actor) -> bool:
    """True for whoever may have the numbers as a file: who may export the records."""
    return may_count(name, by) and by.may(right_of(name), "export")


def right_of(name: str) -> str:
    """The record type by whose rights a report is judged: parts by those of their records."""
    declared = registry().counted(name)
    return declared.key if declared is not None else name


def _is_read(kind: RecordType, by: Actor) -> bool:
    if not by.may(kind.key, "read"):
        return False
    needs, whole = kind.part.needs if kind.part is not None else (), registry().type(kind.key)
    return all(sees(whole, one, by) for one in needs)
