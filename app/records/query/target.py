"""What a reference points to, as a reader meets it: its table, its title, and what orders it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, true
from sqlalchemy.orm import aliased

from app.identity.models import User
from app.kernel.actor import Actor, Reach
from app.kernel.language import current
from app.records.access import reached, reader_of
from app.records.custom.field import OwnField
from app.records.fields import Field, text_of
from app.records.registry import registry


@dataclass(frozen=True, slots=True)
class Target:
    """An alias (`row`) of the table that `field` refers to.

    `key` orders its rows by their title and is never NULL, `may_open` are those that the reader may
    open; with `is_whole` those are all that were not deleted.
    """

    field: Field
    row: Any
    key: Any
    title: Any
    may_open: ColumnElement[bool]
    is_whole: bool

    @property
    def is_meant(self) -> ColumnElement[bool]:
        """The row that a record refers to, as the index of the reference finds records by it."""
        return self.is_called(self.field.expression)

    def is_called(self, value: Any) -> ColumnElement[bool]:
        """The row whose id is `value`, which lies as the field has it."""
        own = isinstance(self.field, OwnField)
        found: ColumnElement[bool] = value == (cast(self.row.id, Text) if own else self.row.id)
        return found


def target_of(field: Field, by: Actor, place: str = "") -> Target:
    """What a reference points to, for `by`; a statement that joins several names their places."""
    if field.to == "user":
        user = _alias(User, place)
        return Target(field, user, user.name_sort, user.name, true(), is_whole=True)
    of = registry().type(field.to or "")
    row = _alias(of.model, place)
    title = of.by_key[of.title.key]
    sort = title.sort
    if title.sort_chinese is not None and current().startswith("zh"):
        sort = title.sort_chinese
    named = text_of(getattr(row, title.key))
    return Target(
        field,
        row,
        func.coalesce(named, "") if sort is None else getattr(row, sort.key),
        named,
        and_(row.deleted_at.is_(None), reached(of, row, "read", reader_of(by))),
        is_whole=by.rights.reach(of.key, "read") is Reach.ALL,
    )


@cache
def _alias(model: Any, _place: str) -> Any:
    """One alias for each table and place, made once: it copies every column."""
    return aliased(model)
