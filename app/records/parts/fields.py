"""Fields of parts: what is reckoned from their columns, and amounts in their record's currency."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, type_coerce

from app.records.fields import Field
from app.records.priced.field import PriceField, Worth


@dataclass(frozen=True)
class PartField(Field):
    """A field of parts that is called `name` where its column is called otherwise."""

    name: str = ""

    @cached_property
    def key(self) -> str:
        """The name of the field in reports and filters."""
        return self.name or str(self.attribute.key)


@dataclass(frozen=True)
class PartAmount(PriceField):
    """An amount of a part in the currency of its record, `of`; its worth is by that one's rate.

    It is called `name` and is what `reckoned` says, where it is no column of the part. The worth of
    one that `is_exact` is not rounded, so that sums are rounded once.
    """

    name: str = ""
    of: Any = None
    reckoned: ColumnElement[Any] | None = None
    is_exact: bool = False

    @cached_property
    def key(self) -> str:
        """The name of the field in reports and filters."""
        return self.name or str(self.attribute.key)

    @property
    def model(self) -> Any:
        """The record's table, which has the currency and the rate."""
        return self.of

    @property
    def amount(self) -> ColumnElement[Any]:
        """The amount in the record's currency."""
        return super().amount if self.reckoned is None else self.reckoned

    @property
    def expression(self) -> ColumnElement[Any]:
        """What it is in the firm's currency."""
        if not self.is_exact:
            return super().expression
        return type_coerce(self.amount * self.model.rate, Worth())

    @property
    def nullable(self) -> bool:
        """True: what is reckoned of something unknown is unknown."""
        return True
