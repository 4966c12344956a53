"""A firm of Alice's with a person and a diary, and the statements that a page takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact


@dataclass(frozen=True)
class Fence:
    """The ids of what stands in the workspace."""

    account: UUID
    contact: UUID
    note: UUID
    task: UUID

    @property
    def account_url(self) -> str:
        return f"/accounts/{self.account}"

    @property
    def contact_url(self) -> str:
        return f"/contacts/{self.contact}"


@pytest.fixture
def fence(acme: Workspace, alice: Person) -> Fence:
    with acme.acting(alice) as by:
        account = make_account(by, phone="020 7946 0301", city="Leeds")
        contact = make_contact(by, account_id=str(account.id), email="frank@fence.example")
        note = make_activity(by, account_id=str(account.id))
        task = make_activity(
            by,
            "task",
            subject="Send the offer",
            due_at="2030-01-01T09:00",
            contact_id=str(contact.id),
            account_id=str(account.id),
        )
        return Fence(account.id, contact.id, note.id, task.id)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that run inside the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def count_statements() -> Callable[[Person, str], int]:
    """How many statements a page takes once it was seen before."""

    def count(person: Person, path: str) -> int:
        assert person.client.get(path).status_code == 200
        with statements() as seen:
            person.client.get(path)
        return len(seen)

    return count
