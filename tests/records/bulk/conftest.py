"""Firms of Alice's and of Bob's, and a worker for what is too much for a request."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.crm.models import Account
from app.events import Event
from app.records.bulk import begin
from app.records.bulk.models import BulkChange
from tests.cast import Person, Workspace
from tests.factories import make_account

Firms = Callable[..., list[str]]


@pytest.fixture
def firms(acme: Workspace) -> Firms:
    """Makes firms that somebody owns and answers with their ids."""

    def make(owner: Person, count: int = 3, **fields: str) -> list[str]:
        with acme.acting(owner) as by:
            return [
                str(make_account(by, f"{owner.name} {number:03}", **fields).id)
                for number in range(count)
            ]

    return make


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three records are too many for a request, and a job does two at a time."""
    monkeypatch.setattr(begin, "AT_ONCE", 2)
    monkeypatch.setattr("app.records.bulk.jobs.PIECE", 2)


def cities(workspace: Workspace) -> dict[str, str | None]:
    """The city of each living firm, by its name."""
    with workspace.scope() as session:
        rows = session.execute(
            select(Account.name, Account.city).where(Account.deleted_at.is_(None))
        )
        return {row.name: row.city for row in rows}


def last_change(workspace: Workspace) -> BulkChange:
    """The bulk change that was begun last."""
    with workspace.scope() as session:
        return session.scalars(select(BulkChange).order_by(BulkChange.id.desc()).limit(1)).one()


def events_of(workspace: Workspace, batch_id: UUID) -> int:
    """How many events a batch wrote."""
    with workspace.scope() as session:
        return session.scalar(select(func.count()).where(Event.batch_id == batch_id)) or 0
