"""Where the record stands that an action made of another one, such as the contract of a quote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from app.kernel.actor import Actor
from app.records.access import permitted
from app.records.registry import registry
from app.records.tailored import tailored


def made_of(kind: str, reference: str) -> Callable[[Any, Actor], str]:
    """The address of the newest record of a kind that names a record by `reference`.

    Empty where there is none, or none that may be read.
    """

    def is_of(record: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = getattr(registry().type(kind).model, reference) == record.id
        return found

    return made_where(kind, is_of)


def made_where(
    kind: str, is_of: Callable[[Any], ColumnElement[bool]]
) -> Callable[[Any, Actor], str]:
    """The same of the newest for which `is_of(record)` holds."""

    def find(record: Any, by: Actor) -> str:
        record_type = tailored(kind, by)
        if not by.may(kind, "read"):
            return ""
        model: Any = record_type.model
        newest = (
            select(model.id)
            .where(is_of(record), permitted(record_type, by))
            .order_by(model.created_at.desc(), model.id.desc())
            .limit(1)
        )
        found = by.session.scalar(newest)
        return f"/{record_type.collection}/{found}" if found is not None else ""

    return find
