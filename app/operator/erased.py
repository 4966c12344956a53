"""Workspaces that are no more, by their certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.kernel.ids import parse_id
from tenants.control import ErasureCertificate

PAGE = 50
NEWEST = (ErasureCertificate.erased_at, ErasureCertificate.id)


@dataclass(frozen=True, slots=True)
class Erased:
    """A page of what was erased, the last one first; `next_after` is the id to go on after."""

    certificates: Sequence[ErasureCertificate]
    next_after: str


def list_erased(session: Session, after: str = "") -> Erased:
    """One page of them; what is the id of none begins at the first."""
    asked = select(ErasureCertificate).order_by(*(one.desc() for one in NEWEST)).limit(PAGE + 1)
    last_id = parse_id(after)
    last = session.get(ErasureCertificate, last_id) if last_id is not None else None
    if last is not None:
        asked = asked.where(tuple_(*NEWEST) < (last.erased_at, last.id))
    rows = session.scalars(asked).all()
    return Erased(rows[:PAGE], str(rows[PAGE - 1].id) if len(rows) > PAGE else "")


def find_erased(session: Session, certificate_id: UUID) -> ErasureCertificate | None:
    """One of them."""
    return session.get(ErasureCertificate, certificate_id)
