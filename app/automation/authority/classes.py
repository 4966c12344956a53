"""Of which class the customers of records are, by the field that tells customers apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.automation.authority.limits import Limits
from app.automation.authority.models import ANY
from app.automation.authority.subjects import customer_type
from app.kernel.actor import Actor
from app.records.authority import Subject
from app.records.model import Record
from app.records.tailored import tailored
from app.records.types import RecordType


def classes_of(
    limits: Limits, record_type: RecordType, subject: Subject, records: Sequence[Any], by: Actor
) -> dict[UUID, str]:
    """The class of the customer of each record; by one statement where it is another record."""
    its_type = customer_type(subject)
    key = limits.classes.get(its_type.key) if its_type is not None else None
    if its_type is None or key is None:
        return {}
    customers = tailored(its_type, by)
    told = customers.by_key.get(key)
    if told is None or record_type.account is None:
        return {}
    reference = record_type.account.key
    if reference == "id" and all(isinstance(one, Record) for one in records):
        return {one.id: told.value(one) or ANY for one in records}
    ids = {one.id: one.id if reference == "id" else getattr(one, reference) for one in records}
    wanted = {one for one in ids.values() if one is not None}
    if not wanted:
        return {}
    model = customers.model
    rows = by.session.execute(select(model.id, told.expression).where(model.id.in_(wanted)))
    found = {customer_id: value or ANY for customer_id, value in rows}
    return {one: found.get(customer, ANY) for one, customer in ids.items()}
