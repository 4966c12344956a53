"""Few rows of many are gathered and sorted: the same rows, order and pages as by walking."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.identity.models import User
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.remembered import Remembered
from app.records.filters import Filter
from app.records.pages.counts import count_lists
from app.records.pages.neighbours import neighbours
from app.records.pages.state import ListState
from app.records.query import Query, count, few, page
from app.records.query.few import are_few
from app.records.sharing.operations import follow
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.core.conftest import KINDS
from tests.records.core.test_paging import ids, walk, walk_back
from tests.records.pages.conftest import statements

LIMITS = (1, 3, 40)


def take(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every list gathered or walked, however many rows it has."""
    monkeypatch.setattr(few, "FEW", 10_000 if way == "gathered" else -1)
    monkeypatch.setattr(few, "_known", Remembered(100))


def own(by: Actor, *kinds: str) -> Actor:
    """The same person with a role that reads no more than their own."""
    grants = {(kind, "read"): Reach.OWN for kind in kinds or ("account",)}
    return replace(by, rights=Rights(grants))


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("key", KINDS)
def test_gathered_rows_are_those_of_a_walk_in_the_same_order_page_by_page(
    acme: Workspace,
    bob: Person,
    yard: None,
    key: str,
    direction: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sort = f"{direction}{key}"
    with acme.acting(bob) as person:
        by, account = own(person), tailored("account", person)
        for limit in LIMITS:
            take("walked", monkeypatch)
            whole, _last = walk(by, account, sort, limit)
            take("gathered", monkeypatch)
            forwards, last = walk(by, account, sort, limit)
            assert forwards == whole
            assert len(whole) == len(set(whole)) > 3
            assert walk_back(by, account, sort, limit, last) == whole


@pytest.mark.parametrize("key", KINDS)
def test_a_page_of_one_way_follows_on_one_of_the_other(
    acme: Workspace, bob: Person, yard: None, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(bob) as person:
        by, account = own(person), tailored("account", person)
        take("walked", monkeypatch)
        whole = ids(page(account, Query(sort=key, limit=40), by, ()))
        met: list[UUID] = []
        cursor: str | None = ""
        while cursor is not None:
            take("gathered" if len(met) % 2 else "walked", monkeypatch)
            found = page(account, Query(sort=key, cursor=cursor, limit=1), by, ())
            met += ids(found)
            cursor = found.next
        assert met == whole


def test_filters_and_words_leave_the_same_rows_either_way(
    acme: Workspace, alice: Person, yard: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = (Filter("lifecycle", "in", "customer,former"),)
    with acme.acting(alice) as by:
        account = tailored("account", by)
        for key in KINDS:
            asked = Query(q="firm 1", filters=filters, sort=key, limit=40)
            take("walked", monkeypatch)
            whole = ids(page(account, asked, by, ()))
            take("gathered", monkeypatch)
            assert ids(page(account, asked, by, ())) == whole
            assert 0 < len(whole) < 35


def test_what_may_not_be_opened_stands_where_it_stands_in_a_walk(
    acme: Workspace, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contacts of open, hidden and deleted accounts, of none: no order tells of them."""
    with acme.acting(alice) as by:
        accounts = {
            name: make_account(by, name, owner_id=bob.user_id) for name in ("Öl", "Öl", "B")
        }
        accounts["Hers"] = make_account(by, "Hers", owner_id=alice.user_id)
        accounts["Gone"] = make_account(by, "Gone", owner_id=bob.user_id)
        for number in range(12):
            name = [*accounts, None][number * 5 % (len(accounts) + 1)]
            place = {"account_id": accounts[name].id} if name else {}
            make_contact(by, "Carl", f"No{number % 2}", owner_id=bob.user_id, **place)
        accounts["Gone"].deleted_at = by.now
    with acme.acting(bob) as person:
        by, contact = own(person, "contact", "account"), tailored("contact", person)
        for sort in ("account_id", "-account_id"):
            take("walked", monkeypatch)
            whole, _last = walk(by, contact, sort, 2)
            take("gathered", monkeypatch)
            forwards, last = walk(by, contact, sort, 2)
            assert forwards == whole
            assert len(whole) == 12
            assert walk_back(by, contact, sort, 2, last) == whole


def test_rows_that_may_be_read_on_several_grounds_come_once(
    acme: Workspace, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Activities of one's own, at an account of one's own, and followed: up to three grounds."""
    with acme.acting(alice) as by:
        activity = tailored("activity", by)
        user = by.session.get(User, bob.user_id)
        assert user is not None
        for owner in (bob, alice):
            account = make_account(by, owner_id=owner.user_id)
            for number, kind in enumerate(("task", "call", "note", "task")):
                made = make_activity(
                    by,
                    kind,
                    subject=f"{kind} {number}",
                    account_id=account.id,
                    owner_id=(alice, bob)[number % 2].user_id,
                )
                if number > 1:
                    follow(activity, made, user, by)
    with acme.acting(bob) as person:
        by = own(person, "activity", "account")
        for sort in ("kind", "-account_id", "owner_id"):
            take("walked", monkeypatch)
            whole = ids(page(activity, Query(sort=sort), by, ()))
            take("gathered", monkeypatch)
            assert ids(page(activity, Query(sort=sort), by, ())) == whole
            assert len(whole) == len(set(whole)) == 7  # All but Alice's task at her account.
        for cap in range(9):
            assert count(activity, Query(), by, cap=cap) == min(7, cap + 1)
        assert count(activity, Query(), by, cap=None) == 7
        assert count_lists(activity, {"all": Query()}, by) == {"all": 7}


def test_a_record_has_the_same_neighbours_either_way(
    acme: Workspace, bob: Person, yard: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(bob) as person:
        by, account = own(person), tailored("account", person)
        state = ListState(account, Query(sort="industry"))
        take("gathered", monkeypatch)
        whole = ids(page(account, Query(sort="industry", limit=40), by, ()))
        for before, one, after in zip([None, *whole], whole, [*whole[1:], None], strict=False):
            assert neighbours(state, one, by) == (before, after)


def test_a_reader_of_few_rows_walks_no_values_and_a_reader_of_all_counts_none(
    acme: Workspace, alice: Person, bob: Person, yard: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(few, "_known", Remembered(100))
    with acme.acting(alice) as by, statements() as seen:
        page(tailored("account", by), Query(sort="industry"), by, ())
    assert any("LATERAL" in one for one in seen)
    assert not any("count(" in one for one in seen)
    with acme.acting(bob) as person:
        by = own(person)
        later = replace(by, now=by.now + timedelta(minutes=1))
        for who, counted in ((by, 1), (by, 0), (later, 1)):  # How many is known for a minute.
            with statements() as seen:
                page(tailored("account", by), Query(sort="industry"), who, ())
            assert not any("LATERAL" in one for one in seen)
            assert sum("count(" in one for one in seen) == counted


def test_many_rows_are_not_few(
    acme: Workspace, bob: Person, yard: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acme.acting(bob) as person:
        by, account = own(person), tailored("account", person)
        number = len(page(account, Query(limit=40), by, ()).rows)
        for most, is_few in ((number, True), (number - 1, False)):
            monkeypatch.setattr(few, "FEW", most)
            monkeypatch.setattr(few, "_known", Remembered(100))
            assert are_few(account, Query(), by) is is_few
        monkeypatch.setattr(few, "_known", Remembered(100))
        assert are_few(account, Query(), replace(by, rights=Rights({}))) is True
