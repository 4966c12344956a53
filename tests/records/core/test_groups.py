"""Lists by groups: what each holds, its sums, its order; and what nobody may learn by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import Refused
from app.kernel.language import using
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.filters import Filter
from app.records.query import (
    Group,
    Query,
    condition_of,
    count,
    groupable,
    groups,
    read_grouping,
)
from app.records.query import grouping as under_test
from app.records.registry import registry
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact

ALL = Query()
OPTIONS = ({"label": {"en": "Wide"}}, {"label": {"en": "Narrow"}})


def grouped(by: Actor, kind: str, text: str, *sums: str, asked: Query = ALL) -> list[Any]:
    record_type = tailored(kind, by)
    fields = [record_type.by_key[key] for key in sums]
    found = groups(record_type, asked, by, read_grouping(record_type, text, by), fields)
    return [(one.title or one.text, one.count, *one.sums) for one in found.shown]


def test_options_stand_in_their_order_with_their_numbers_and_sums(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for kind, minutes in (("visit", 30), ("call", 5), ("visit", None), ("call", 7)):
            make_activity(by, kind, minutes=minutes)
        # In the order of the declaration: a call stands before a visit.
        assert grouped(by, "activity", "kind", "minutes") == [
            ("call", 2, Decimal(12)),
            ("visit", 2, Decimal(30)),
        ]
        activity = tailored("activity", by)
        kinds = read_grouping(activity, "kind", by)
        found = groups(activity, Query(), by, kinds, [activity.by_key["minutes"]], downwards=True)
        assert [one.text for one in found.shown] == ["visit", "call"]
        assert (found.number, found.count, found.sums) == (2, 4, (Decimal(42),))


def test_own_fields_group_and_add_up_as_built_in_ones(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for kind, name, more in (
            ("choice", "Gauge", {"options": OPTIONS}),
            ("flag", "Signed", {}),
            ("money", "Budget", {}),
            ("day", "Ends", {}),
            ("user", "Aide", {}),
            ("reference", "Depot", {"to": "account"}),
        ):
            define_field(by, tailored("account", by), kind, Wish({"en": name}, **more))
    with acme.acting(alice) as by:
        depot = make_account(by, "Depot")
        make_account(
            by,
            "One",
            x_gauge="wide",
            x_signed=True,
            x_budget="10.50",
            x_ends="2026-03-31",
            x_aide=str(alice.user_id),
            x_depot=str(depot.id),
        )
        make_account(by, "Two", x_gauge="wide", x_signed=False, x_budget=2, x_ends="2026-01-01")
        assert grouped(by, "account", "x_gauge", "x_budget") == [
            ("wide", 2, Decimal("12.50")),
            ("", 1, None),
        ]
        assert grouped(by, "account", "x_signed") == [("true", 1), ("false", 1), ("", 1)]
        assert grouped(by, "account", "x_ends:quarter") == [("2026-01-01", 2), ("", 1)]
        assert grouped(by, "account", "x_aide") == [("Alice Archer", 1), ("", 2)]
        assert grouped(by, "account", "x_depot") == [("Depot", 1), ("", 2)]


@pytest.mark.parametrize(
    ("unit", "first"),
    [
        ("day", ["2025-12-31", "2026-01-01", "2026-02-28"]),
        ("week", ["2025-12-29", "2026-02-23"]),
        ("month", ["2025-12-01", "2026-01-01", "2026-02-01"]),
        ("quarter", ["2025-10-01", "2026-01-01"]),
        ("year", ["2025-01-01", "2026-01-01"]),
    ],
)
def test_dates_are_grouped_by_the_readers_calendar(
    acme: Workspace, alice: Person, unit: str, first: list[str]
) -> None:
    """Acme is in London, where half past midnight in Shanghai is still the day before."""
    with acme.acting(alice) as by:
        for moment in ((2025, 12, 31, 23), (2026, 1, 1, 12), (2026, 2, 28, 1)):
            make_activity(by).at = datetime(*moment, tzinfo=UTC)
        by.session.flush()
        assert [one[0] for one in grouped(by, "activity", f"at:{unit}")] == first
        opened(by, "activity", f"at:{unit}")


def test_every_group_opens_to_exactly_its_records(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        above = make_account(by, "Above")
        for number, country in enumerate(("DE", "CN", "DE", "Narnia", "GB")):
            account = make_account(by, f"Firm {number}", parent_id=above.id if number else None)
            account.country, account.owner_id = country, bob.user_id if number % 2 else None
            account.next_step_at = by.now if number else None
        by.session.flush()
        for field in groupable(registry().type("account"), by):
            opened(by, "account", field.key)


def opened(by: Actor, kind: str, text: str) -> None:
    record_type = tailored(kind, by)
    grouping = read_grouping(record_type, text, by)
    found = groups(record_type, Query(), by, grouping)
    assert found.count == count(record_type, Query(), by)
    assert found.count == sum(one.count for one in found.shown)
    for one in found.shown:
        only = Query(filters=(condition_of(grouping, one.text, by),))
        assert count(record_type, only, by) == one.count, (text, one)


def test_groups_keep_to_filters_search_and_reach(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Hers", lifecycle="customer")
        make_account(by, "His", lifecycle="customer", owner_id=bob.user_id)
        make_account(by, "His too", lifecycle="former", owner_id=bob.user_id)
    with acme.acting(bob) as by:
        own = replace(by, rights=Rights({("account", "read"): Reach.OWN}))
        assert grouped(own, "account", "lifecycle") == [("customer", 1), ("former", 1)]
        asked = Query(q="too")
        assert grouped(by, "account", "lifecycle", asked=asked) == [("former", 1)]
        asked = Query(filters=(Filter("lifecycle", "eq", "customer"),))
        assert grouped(own, "account", "owner_id", asked=asked) == [("Bob Baker", 1)]


def test_what_may_not_be_opened_is_one_group_without_a_name(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        for name, owner in (("Zoo", alice), ("Aster", alice), ("Open", bob)):
            account = make_account(by, name, owner_id=owner.user_id)
            make_contact(by, name, account_id=account.id)
        make_contact(by, "Alone")
    with acme.acting(bob) as by:
        rights = Rights({("contact", "read"): Reach.ALL, ("account", "read"): Reach.OWN})
        blind = replace(by, rights=rights)
        contact = tailored("contact", by)
        by_account = read_grouping(contact, "account_id", blind)
        shown = groups(contact, Query(), blind, by_account).shown
        assert [(one.title, one.is_hidden, one.count) for one in shown] == [
            ("Open", False, 1),
            (None, True, 2),
            (None, False, 1),
        ]


def test_a_field_that_may_not_be_read_neither_groups_nor_is_told_of(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        hidden = {("account", "lifecycle"): FieldAccess.HIDDEN}
        rights = Rights({("account", "read"): Reach.ALL}, hidden)
        blind = replace(by, rights=rights)
        account = tailored("account", by)
        for text in ("lifecycle", "nothing", "name", "kind:month", "parent_id.kind"):
            with pytest.raises(Refused) as caught:
                read_grouping(account, text, blind)
            assert list(caught.value.errors) == ["group"]
        assert "lifecycle" not in {one.key for one in groupable(account, blind)}


def test_groups_beyond_the_cap_are_counted_and_not_shown(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "CAP", 2)
    with acme.acting(alice) as by:
        for name in ("Cedar", "Ash", "Birch"):
            make_contact(by, name, account_id=make_account(by, name).id)
        contact = tailored("contact", by)
        found = groups(contact, Query(), by, read_grouping(contact, "account_id", by))
        assert [one.title for one in found.shown] == ["Ash", "Birch"]
        assert (found.number, found.count) == (3, 3)


def test_groups_are_one_statement(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_contact(by, account_id=make_account(by).id)
        contact = tailored("contact", by)
        grouping = read_grouping(contact, "account_id", by)
        seen: list[str] = []

        def catch(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        connection = by.session.connection()
        event.listen(connection, "before_cursor_execute", catch)
        with using("zh-CN"):
            groups(contact, Query(), by, grouping)
        event.remove(connection, "before_cursor_execute", catch)
        assert len(seen) == 1


def test_a_group_of_no_date_is_refused(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        grouping = read_grouping(tailored("account", by), "created_at:week", by)
        for text in ("x", "2026-13-01", "9999-12-31"):
            with pytest.raises(Refused):
                condition_of(grouping, text, by)


def test_a_group_tells_its_value_as_an_address_writes_it() -> None:
    told = [Group(one, None, False, 1, ()).text for one in (None, True, False, "a b")]
    assert told == ["", "true", "false", "a b"]
