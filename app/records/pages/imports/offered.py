"""To whom importing is offered."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.records.imports.keep import MANAGE
from app.records.registry import registry
from app.records.tailored import switched_on
from app.records.types import IMPORT, RecordType


def imports(record_type: RecordType, by: Actor) -> bool:
    """True for who may take in records of this type now."""
    if by.tenant.is_read_only or not by.may(record_type.key, IMPORT):
        return False
    return by.may(record_type.key, "create") or by.may(record_type.key, "update")


def importable(by: Actor) -> list[RecordType]:
    """The types of which `by` may import something."""
    return [one for one in switched_on(by) if imports(one, by)]


def has_imports(by: Actor) -> bool:
    """True for who may import anything at all, or see what others imported."""
    types = registry().switched_on(by.tenant)
    return by.may(*MANAGE) or any(by.may(one.key, IMPORT) for one in types)
