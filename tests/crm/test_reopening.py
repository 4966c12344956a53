"""Only what was planned can stand open again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.kernel.errors import Refused
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

PAST = "2026-11-01T09:00:00Z"
LOGGED: list[tuple[str, dict[str, Any]]] = [
    ("note", {}),
    ("call", {}),
    ("follow_up", {}),
    ("meeting", {"done_at": PAST}),
]
PLANNED: list[tuple[str, dict[str, Any]]] = [
    ("task", {}),
    ("task", {"due_at": PAST}),
    ("call", {"due_at": PAST}),
    ("follow_up", {"due_at": PAST}),
    ("meeting", {"due_at": PAST}),
]


@pytest.mark.parametrize(("kind", "told"), LOGGED)
def test_what_was_only_written_down_can_not_be_reopened(
    acme: Workspace, bob: Person, kind: str, told: dict[str, Any]
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        done = make_activity(by, kind, account_id=account.id, **told)
        with pytest.raises(Refused):
            perform("activity", "reopen", done, by=by)
    for path in (f"/accounts/{account.id}", f"/activities/{done.id}"):
        page = bob.client.get(path)
        assert page.status_code == 200
        assert f"/activities/{done.id}" in page.text
        assert "Reopen" not in page.text, path
    assert "reopen" not in offered(bob)


@pytest.mark.parametrize(("kind", "told"), PLANNED)
def test_what_was_planned_can_be_reopened_and_is_as_it_was(
    acme: Workspace, bob: Person, kind: str, told: dict[str, Any]
) -> None:
    with acme.acting(bob) as by:
        account = make_account(by)
        plan = make_activity(by, kind, account_id=account.id, **told)
        before = (plan.due_at, plan.at)
        perform("activity", "complete", plan, by=by)
    for path in (f"/accounts/{account.id}", f"/activities/{plan.id}"):
        assert "Reopen" in bob.client.get(path).text, path
    assert "reopen" in offered(bob)
    answer = bob.client.post(f"/activities/{plan.id}/reopen")
    assert answer.status_code < 400
    with acme.acting(bob) as by:
        again = by.session.get_one(type(plan), plan.id)
        assert again.is_open
        assert (again.due_at, again.at) == before


def offered(bob: Person) -> list[str]:
    """The verbs that the menu of the only row in the list of activities offers."""
    [may] = re.findall(r'data-may="([^"]*)"', bob.client.get("/activities").text)
    return str(may).split()
