"""Beside the day: customers without a next step, and what was looked at lately."""

from __future__ import annotations

import pytest

from app.home.quiet import quiet
from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity
from tests.records.pages.conftest import statements


def hide(acme: Workspace, bob: Person, key: str) -> None:
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        access = int(FieldAccess.HIDDEN)
        session.add(FieldRule(role_id=role.id, record_type="account", field=key, access=access))
        role.stamp = new_id()


def names(acme: Workspace, person: Person) -> list[str]:
    with acme.acting(person) as by:
        return [one.name for one in quiet(by)]


def test_ones_own_customers_without_a_next_step_stand_there_the_silent_ones_first(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Hers")
    with acme.acting(bob) as by:
        lately = make_account(by, "Lately")
        make_activity(by, "call", account_id=lately.id)
        make_account(by, "Never")
        make_account(by, "Former", lifecycle="former")
        planned = make_account(by, "Planned")
        make_activity(by, "task", account_id=planned.id, due_at="2030-01-01T09:00")
    assert names(acme, bob) == ["Never", "Lately"]
    page = bob.client.get("/").text
    assert "No activity yet" in page
    shown = bob.client.get("/accounts?owner_id=me&next_step_at__isnull=true").text
    assert "Never" in shown
    assert "Planned" not in shown


@pytest.mark.parametrize("key", ["owner_id", "next_step_at", "last_activity_at", "lifecycle"])
def test_who_may_not_see_what_tells_it_is_told_nothing(
    acme: Workspace, bob: Person, key: str
) -> None:
    with acme.acting(bob) as by:
        make_account(by)
    hide(acme, bob, key)
    assert names(acme, bob) == []


def test_what_was_opened_stands_there_as_long_as_it_may_be_read(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by).id
    assert f'href="/accounts/{account}"' not in dora.client.get("/").text
    dora.client.get(f"/accounts/{account}")
    assert f'href="/accounts/{account}"' in dora.client.get("/").text
    alice.client.post(f"/accounts/{account}/delete")
    assert f'href="/accounts/{account}"' not in dora.client.get("/").text


def test_home_asks_no_more_of_the_database_than_any_page(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        for number in range(8):
            account = make_account(by, f"Firm {number}")
            make_activity(by, "task", account_id=account.id, due_at="2020-01-01T09:00")
            make_account(by, f"Quiet {number}")
    bob.client.get("/")
    with statements() as seen:
        assert bob.client.get("/").status_code == 200
    assert len(seen) <= 25
