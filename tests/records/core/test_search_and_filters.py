"""The search box and the filters: what is found, what is refused, what is only text."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.filters import OPERATORS, Filter, read_filters
from app.records.query import Query, count, page
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact


def names(by: Actor, kind: str, q: str = "", *filters: Filter) -> list[str]:
    record_type = registry().type(kind)
    asked = Query(q=q, filters=filters, sort="created_at", limit=200)
    return [
        getattr(row, record_type.title.key)
        for row in page(record_type, asked, by, (record_type.title.key,)).rows
    ]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("zoe", ["Zoë Brontë"]),
        ("BRONTE zoë", ["Zoë Brontë"]),
        ("bront", ["Zoë Brontë"]),
        ("王小明", ["王小明"]),
        ("小明", ["王小明"]),
        ("王", ["王小明"]),
        ("wangxiaoming", ["王小明"]),
        ("wxm", ["王小明"]),
        ("13800138000", ["王小明"]),
        ("138 0013 8000", ["王小明"]),
        ("0013800", ["王小明"]),
        ("wang@firm.example", ["王小明"]),
        ("wang zoe", []),
        ("100%", ["100% Cotton_"]),
        ("cotton_", ["100% Cotton_"]),
        ("%%%", []),
        ("' OR '1'='1", []),
        ("a\x00b'; DROP TABLE contacts; --", []),
        ("", ["Zoë Brontë", "王小明", "100% Cotton_"]),
        ("x" * 5000, []),
    ],
)
def test_the_search_box_finds_people_as_they_are_written_or_spelled(
    acme: Workspace, alice: Person, q: str, found: list[str]
) -> None:
    with acme.acting(alice) as by:
        make_contact(by, "Brontë", "Zoë", title="Buyer")
        make_contact(by, "王", "小明", phone="+86 138 0013 8000", email="wang@firm.example")
        make_contact(by, "Cotton_", "100%")
        assert names(by, "contact", q) == found


def test_each_operator_compares_as_it_says(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence", city="Leeds", phone="020 7946 0018")
        make_account(by, "Gate", city="York", lifecycle="customer")
        make_account(by, "Hedge")
        for number, due in enumerate(("2026-01-01T10:00:00Z", "2026-01-02T10:00:00Z")):
            make_activity(by, "task", subject=f"T{number}", due_at=due, minutes=number)
        asked = {
            ("account", "city", "eq", "Leeds"): ["Fence"],
            ("account", "city", "eq", ""): ["Hedge"],
            ("account", "city", "ne", "Leeds"): ["Gate", "Hedge"],
            ("account", "city", "in", "Leeds,York"): ["Fence", "Gate"],
            ("account", "city", "contains", "EE"): ["Fence"],
            ("account", "city", "starts", "yo"): ["Gate"],
            ("account", "city", "contains", "%"): [],
            ("account", "city", "contains", "_"): [],
            ("account", "city", "isnull", "true"): ["Hedge"],
            ("account", "city", "isnull", "0"): ["Fence", "Gate"],
            ("account", "phone", "eq", "(020) 7946 0018"): ["Fence"],
            ("account", "lifecycle", "eq", "customer"): ["Gate"],
            ("account", "lifecycle", "eq", "Customer"): ["Gate"],
            ("account", "lifecycle", "ne", "customer"): ["Fence", "Hedge"],
            ("account", "lifecycle", "eq", "no such value"): [],
            ("account", "owner_id", "eq", "me"): ["Fence", "Gate", "Hedge"],
            ("account", "owner_id", "ne", str(alice.user_id)): [],
            ("activity", "due_at", "lt", "2026-01-02T10:00:00Z"): ["T0"],
            ("activity", "due_at", "lte", "2026-01-02T10:00:00Z"): ["T0", "T1"],
            ("activity", "due_at", "gt", "2026-01-01T10:00:00Z"): ["T1"],
            ("activity", "due_at", "gte", "2026-01-02"): ["T1"],
            ("activity", "minutes", "eq", "1"): ["T1"],
            ("activity", "minutes", "gte", "0"): ["T0", "T1"],
        }
        for (kind, *one), found in asked.items():
            assert names(by, kind, "", Filter(*one)) == found, one


REFUSED = [
    ("secret", "eq", "x"),
    ("name_sort", "eq", "x"),
    ("search_text", "contains", "x"),
    ("deleted_at", "isnull", "false"),
    ("created_by_id", "isnull", "false"),
    ("owner_id.password_hash", "eq", "x"),
    ("name", "regex", "x"),
    ("name", "", "x"),
    ("name", "eq__eq", "x"),
    ("name", "lt", "x"),
    ("city", "isnull", "maybe"),
    ("owner_id", "eq", "not-an-id"),
    ("owner_id", "contains", "a"),
    ("created_at", "eq", "someday"),
    ("created_at", "lt", ""),
    ("created_at", "contains", "2026"),
    ("name", "in", ",".join("a" * 201)),
    ("name", "eq", "a\x00b"),
    ("name", "contains", "\ud800"),
    ("name", "eq", "a" * 201),
]


@pytest.mark.parametrize(("key", "operator", "text"), REFUSED)
def test_a_filter_of_no_meaning_is_refused(
    acme: Workspace, alice: Person, key: str, operator: str, text: str
) -> None:
    with acme.acting(alice) as by:
        make_account(by)
        with pytest.raises(Refused) as caught:
            names(by, "account", "", Filter(key, operator, text))
        expected = key if operator == "eq" else f"{key}__{operator}"
        assert list(caught.value.errors) == [expected]


INJECTIONS = (
    "'",
    '"',
    "';--",
    "' OR '1'='1",
    "1); SELECT pg_sleep(600); --",
    "'||pg_sleep(600)||'",
    "CASE WHEN 1=1 THEN 1 ELSE 2 END",
    "ʼ OR 1=1",
    "%",
    "_",
    "\\",
    "\\'",
    "%(name)s",
    ":name",
    "{0.__class__}",
    "$1",
    "/* */",
)


@pytest.mark.parametrize("payload", INJECTIONS)
def test_sql_in_any_parameter_is_text_or_refused_and_changes_nothing(
    acme: Workspace, alice: Person, payload: str
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        make_account(by)
        # A payload that sleeps in the database would be ended, and the test with it.
        by.session.execute(text("SET LOCAL statement_timeout = '60s'"))
        for operator in (*OPERATORS, payload):
            for key in (*account.by_key, payload):
                try:
                    found = names(by, "account", "", Filter(key, operator, payload))
                except Refused:
                    continue
                negative = (operator in ("ne", "nin"), operator == "isnull")
                assert found == [] or any(negative) or payload in "%_\\'"
        for sort in (payload, f"name{payload}", f"-{payload}", "name,created_at", "--name"):
            with pytest.raises(Refused):
                page(account, Query(sort=sort), by, ())
        names(by, "account", payload)
        assert count(account, Query(), by) == 1


def test_filters_are_read_from_the_address_beside_what_the_list_keeps_for_itself() -> None:
    given = {"q": "x", "city": "Leeds", "created_at__gte": "2026-01-01", "a__b__c": "1"}
    assert read_filters(given, ("q",)) == (
        Filter("city", "eq", "Leeds"),
        Filter("created_at", "gte", "2026-01-01"),
        Filter("a", "b__c", "1"),
    )
