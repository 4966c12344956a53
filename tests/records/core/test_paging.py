"""Pages by key: whatever the order and the size, all rows come once, forwards and backwards."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import DateTime, event, text

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.model import Record
from app.records.query import Page, Query, count, page
from app.records.registry import registry
from app.records.types import RecordType
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity

START = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ("阿里", "王小明", "Ärzte", "arzte", "Zoë & Co", "Zoe & Co", "", "1st", "王小明", "100%_\\")
SORTS = {
    "account": ("name", "last_activity_at", "next_step_at", "created_at"),
    "activity": ("at", "due_at", "done_at", "minutes"),
}


@pytest.fixture
def crowd(acme: Workspace, alice: Person) -> None:
    """Rows whose keys are often equal or empty, in no order."""
    random = Random(7)
    moments = [None, None, *(START + timedelta(hours=hours) for hours in (0, 1, 1000))]
    with acme.acting(alice) as by:
        for number in range(37):
            account = make_account(by, f"{random.choice(NAMES)}{number % 3}")
            account.last_activity_at = random.choice(moments)
            account.next_step_at = random.choice(moments)
            account.created_at = START + timedelta(days=random.randrange(4), microseconds=1)
            activity = make_activity(by, "task", subject="Do it")
            activity.due_at, activity.done_at = random.choice(moments), random.choice(moments)
            activity.at = random.choice(moments[2:]) or START
            activity.minutes = random.choice([None, None, -5, 0, 3, 2**50])


def everything(by: Actor, record_type: RecordType, sort: str) -> list[UUID]:
    """The whole list in the order of Python."""
    rows: list[Record] = list(by.session.query(record_type.model).all())
    field = record_type.by_key[sort.removeprefix("-")]
    attribute = (field.sort if field.sort is not None else field.attribute).key

    def key(row: Record) -> tuple[Any, int]:
        value = getattr(row, attribute)
        return (value is not None, value or 0) if value is not None else (False, 0), row.id.int

    found = sorted(rows, key=key, reverse=sort.startswith("-"))
    return [row.id for row in found]


def ids(found: Page) -> list[UUID]:
    return [row.id for row in found.rows]


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("kind", ["account", "activity"])
def test_walking_a_list_meets_every_row_once_in_both_directions(
    acme: Workspace, alice: Person, crowd: None, kind: str, direction: str
) -> None:
    record_type = registry().type(kind)
    with acme.acting(alice) as by:
        for field in SORTS[kind]:
            sort = f"{direction}{field}"
            whole = everything(by, record_type, sort)
            for limit in (1, 4, 36, 37, 38):
                forwards, last = walk(by, record_type, sort, limit)
                assert forwards == whole
                assert walk_back(by, record_type, sort, limit, last) == whole


def walk(by: Actor, record_type: RecordType, sort: str, limit: int) -> tuple[list[UUID], str]:
    """All rows met on the way down, and the cursor of the last page."""
    met: list[UUID] = []
    cursor = ""
    while True:
        found = page(record_type, Query(sort=sort, cursor=cursor, limit=limit), by, ())
        met += ids(found)
        assert (found.previous is None) == (cursor == "")
        if found.next is None:
            return met, cursor
        cursor = found.next


def walk_back(by: Actor, record_type: RecordType, sort: str, limit: int, cursor: str) -> list[UUID]:
    """All rows met on the way up from the page of `cursor`, from the first to the last."""
    found = page(record_type, Query(sort=sort, cursor=cursor, limit=limit), by, ())
    met = ids(found)
    while found.previous is not None:
        asked = Query(sort=sort, cursor=found.previous, limit=limit)
        found = page(record_type, asked, by, ())
        assert found.next is not None
        met = ids(found) + met
    return met


def test_every_field_that_says_it_can_be_sorted_by_can_be(
    acme: Workspace, alice: Person, crowd: None
) -> None:
    with acme.acting(alice) as by:
        for record_type in registry():
            for field in (one for one in record_type.fields if one.is_sortable):
                asked = Query(sort=field.key, limit=2)
                first = page(record_type, asked, by, ())
                if first.next:
                    page(record_type, Query(sort=field.key, cursor=first.next), by, ())
                assert field.is_walked or field.sort_expression is not None


def test_a_page_brings_the_fields_asked_for_and_the_titles_of_references(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        above = make_account(by, "Above")
        make_account(by, "Below", parent_id=str(above.id))
        found = page(
            registry().type("account"), Query(sort="name"), by, ("name", "parent_id", "owner_id")
        )
        shown = [(row.name, row.parent_id__title, row.owner_id__title) for row in found.rows]
        assert shown == [("Above", None, "Alice Archer"), ("Below", "Above", "Alice Archer")]
        bare = page(registry().type("account"), Query(), by, ("owner_id",), with_titles=False)
        assert not hasattr(bare.rows[0], "owner_id__title")


def test_a_count_is_exact_up_to_its_cap(acme: Workspace, alice: Person, crowd: None) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        assert count(account, Query(), by) == 37
        assert count(account, Query(), by, cap=None) == 37
        assert count(account, Query(), by, cap=5) == 6


def test_the_first_page_of_the_usual_order_comes_from_its_index(
    acme: Workspace, alice: Person, crowd: None
) -> None:
    """The expression in the query and the one in the index must be the same to the letter."""
    with acme.acting(alice) as by:
        for other_way in ("seqscan", "bitmapscan", "sort"):  # A table this small would take one.
            by.session.execute(text(f"SET LOCAL enable_{other_way} = off"))
        for kind, sort, index in (
            ("account", "last_activity_at", "ix_accounts_by_last_activity_at"),
            ("account", "name", "ix_accounts_by_name_sort"),
            ("contact", "last_activity_at", "ix_contacts_by_last_activity_at"),
            ("contact", "next_step_at", "ix_contacts_by_next_step_at"),
            ("account", "updated_at", "ix_accounts_by_updated_at"),
            ("activity", "due_at", "ix_activities_by_due_at"),
            ("activity", "at", "ix_activities_by_at"),
        ):
            for direction in ("", "-"):
                assert index in explain(by, registry().type(kind), f"{direction}{sort}")


def explain(by: Actor, record_type: RecordType, sort: str) -> str:
    """What the database does for a second page."""
    key = record_type.by_key[sort.removeprefix("-")].sort_expression
    value = START.isoformat() if isinstance(key.type, DateTime) else "m"
    cursor = crafted(sort, True, value, ID)
    connection = by.session.connection()
    caught: list[tuple[str, Any]] = []

    def catch(_conn: Any, _cur: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        caught.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", catch)
    for _time in range(8):  # Until the database knows whether one plan serves all.
        page(record_type, Query(sort=sort, cursor=cursor, limit=5), by, ())
    event.remove(connection, "before_cursor_execute", catch)
    statement, parameters = caught[-1]
    lines = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return "\n".join(row[0] for row in lines)


def crafted(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


ID = str(UUID(int=5))
CRAFTED = [
    "x",
    "é",
    "=" * 50,
    "A" * 5000,
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    base64.urlsafe_b64encode(b'["name",true,"a",' + b"9" * 5000 + b"]").decode(),
    crafted(5),
    crafted("name", True, "a"),
    crafted("name", True, "a", ID, 1),
    crafted("-name", True, "a", ID),
    crafted("name", 1, "a", ID),
    crafted("name", True, None, ID),
    crafted("name", True, 5, ID),
    crafted("name", True, True, ID),
    crafted("name", True, ["a"], ID),
    crafted("name", True, {"a": 1}, ID),
    crafted("name", True, "a\x00b", ID),
    crafted("name", True, "\ud800", ID),
    crafted("name", True, "a", 5),
    crafted("name", True, "a", "not-an-id"),
    crafted("name", True, "a", f"{ID}' OR 1=1 --"),
]
CRAFTED_MOMENTS: list[Any] = [
    "x",
    "2026-01-01",
    "2026-01-01T00:00:00",
    "9999-99-99T00:00:00Z",
    5,
    None,
    True,
]
CRAFTED_WHOLES: list[Any] = ["5", True, None, 5.5, 10**30, [5]]


def test_a_cursor_that_was_made_up_is_refused(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for cursor in CRAFTED:
            with pytest.raises(Refused) as caught:
                page(registry().type("account"), Query(sort="name", cursor=cursor), by, ())
            assert list(caught.value.errors) == ["cursor"], cursor[:80]


def test_a_cursor_of_another_kind_of_key_is_refused(acme: Workspace, alice: Person) -> None:
    cases = [("account", "next_step_at", value) for value in CRAFTED_MOMENTS]
    cases += [("activity", "minutes", value) for value in CRAFTED_WHOLES]
    with acme.acting(alice) as by:
        for kind, sort, value in cases:
            asked = Query(sort=sort, cursor=crafted(sort, True, value, ID))
            with pytest.raises(Refused):
                page(registry().type(kind), asked, by, ())


def test_a_cursor_with_sql_in_it_is_only_a_place_in_the_list(
    acme: Workspace, alice: Person, crowd: None
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        cursor = crafted("name", True, "'; DROP TABLE accounts; --", ID)
        page(account, Query(sort="name", cursor=cursor), by, ())
        assert count(account, Query(), by) == 37
