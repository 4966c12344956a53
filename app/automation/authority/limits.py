"""The limits of a workspace as a process remembers them, and what they say of a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.automation.authority.models import ANY, AuthorityClass, AuthorityLimit
from app.records.authority import Subject

Cell = tuple[UUID, str, str]  # Role, subject, class of customer.


@dataclass(frozen=True, slots=True)
class Limits:
    """How far roles may go; a limit of None has no end. `classes` is the field by customer type."""

    cells: Mapping[Cell, Decimal | None] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    subjects: frozenset[str] = frozenset()  # Those of which anything is limited.

    @property
    def is_any(self) -> bool:
        """True where anything is limited."""
        return bool(self.cells)

    def of(self, role_id: UUID | None, subject: str, customer_class: str) -> Decimal | bool | None:
        """The limit of a role for customers of a class; None is no end, False no authority."""
        if role_id is None:
            return None
        for one in (customer_class, ANY):
            if (role_id, subject, one) in self.cells:
                return self.cells[role_id, subject, one]
        return False

    def suffices(
        self, role_id: UUID | None, subject: Subject, customer_class: str, value: Decimal
    ) -> bool:
        """True where a role may agree to `value` by itself."""
        limit = self.of(role_id, subject.key, customer_class)
        if limit is False:
            return False
        if limit is None or limit is True:
            return True
        return value <= limit if subject.bigger_is_more else value >= limit


def load_limits(session: Session) -> Limits:
    """The limits as the database has them."""
    rows = session.scalars(select(AuthorityLimit)).all()
    if not rows:
        return Limits()
    classes = {one.record_type: one.field for one in session.scalars(select(AuthorityClass))}
    return Limits(
        {(one.role_id, one.subject, one.customer_class): one.most for one in rows},
        classes,
        frozenset(one.subject for one in rows),
    )
