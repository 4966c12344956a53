"""What authority is about: the subjects that modules declare."""

from __future__ import annotations

from collections.abc import Iterable

from app.automation.authority.limits import Limits
from app.records.authority import Subject
from app.records.registry import registry
from app.records.types import RecordType
from tenants.facts import TenantFacts

_subjects: dict[str, Subject] = {}


def install(subjects: Iterable[Subject]) -> None:
    """Fix what there is; ValueError for a subject of no field. Start-up calls it once."""
    found = {}
    for one in subjects:
        declared = registry().get(one.record_type)
        if declared is None or one.field not in declared.by_key or one.key in found:
            raise ValueError(f"The subject {one.key!r} names no field, or is declared twice.")
        found[one.key] = one
    _subjects.clear()
    _subjects.update(found)


def subjects() -> list[Subject]:
    """Every subject, in the order of the modules."""
    return list(_subjects.values())


def subjects_here(tenant: TenantFacts) -> list[Subject]:
    """Those of the modules that a workspace has switched on."""
    types = registry()
    return [one for one in subjects() if tenant.allows(types.type(one.record_type).module)]


def subjects_of(record_type: str) -> list[Subject]:
    """The subjects of a record type."""
    return [one for one in _subjects.values() if one.record_type == record_type]


def subject_called(key: str) -> Subject | None:
    """The subject called `key`, or None."""
    return _subjects.get(key)


def customer_type(subject: Subject) -> RecordType | None:
    """The type of the customers with whom a subject is agreed."""
    declared = registry().type(subject.record_type)
    if declared.account is None:
        return None
    reference = declared.account.key
    to = declared.key if reference == "id" else declared.field(reference).to or declared.key
    return registry().get(to)


def whom(limits: Limits, record_type: RecordType) -> str:
    """The field whose change makes it another customer, or one of another class."""
    if record_type.account is None:
        return ""
    if record_type.account.key == "id":  # It is the customer itself.
        return limits.classes.get(record_type.key, "")
    return str(record_type.account.key)
