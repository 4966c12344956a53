"""Lists by texts and dates that a row may lack: in their order, empty ones last, by an index."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.searchkeys import sort_key
from app.records.access import readable_keys
from app.records.filters import Filter
from app.records.pages.columns import layout
from app.records.pages.neighbours import neighbours
from app.records.pages.orders import orders_of
from app.records.pages.state import ListState
from app.records.query import Query, page
from app.records.registry import registry
from app.records.views.look import Chosen, Look
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.core.test_paging import crafted, ids, walk, walk_back

START = datetime(2026, 3, 1, tzinfo=UTC)
CITIES = (None, None, "Bath", "bath", "北京", "上海", "Ålesund", "!!!", "York")
MAILS = (None, None, "B@fence.example", "a@fence.example", "c@fence.example")
PHONES = (None, "+442079460018", "+8613863053471", "+442079460999")
SITES = (None, "https://B.example", "https://a.example", "https://c.example/About")
NUMBERS = (None, "gb 12", "GB 11", "91310000MA1K")
NAMES = ("Ash", "ash", "曾", "王", "Ångström", "!!!")
KINDS = {
    "account": (
        "city",
        "province",
        "district",
        "address",
        "email",
        "phone",
        "website",
        "business_id",
        "next_step",
    ),
    "contact": ("title", "last_name", "first_name", "email", "phone", "wechat", "next_step"),
    "activity": ("subject",),
}
AS_WRITTEN = ("email", "phone", "website", "business_id", "wechat")
# Too long to be put in order, or several at once: such columns offer none.
WITHOUT_ORDER = {
    "account": {"tax_profile", "tags"},
    "contact": {"tags"},
    "activity": {"body", "outcome", "tags"},
    "product": {"description", "tags"},
    "product_category": {"tags"},
}
LIMITS = (1, 5, 40, 41)


@pytest.fixture
def town(acme: Workspace, alice: Person, bob: Person) -> None:
    """Forty of each, which say much, little or nothing of themselves, in no order."""
    random = Random(5)
    steps = [None, None, START, START + timedelta(hours=1), START + timedelta(days=9)]
    with acme.acting(alice) as by:
        for number in range(40):
            told: dict[str, Any] = {"email": random.choice(MAILS), "phone": random.choice(PHONES)}
            owner = random.choice((alice, bob)).user_id
            account = make_account(
                by,
                f"Firm {number}",
                city=random.choice(CITIES),
                province=random.choice(CITIES),
                district=random.choice(CITIES),
                address=random.choice(CITIES),
                website=random.choice(SITES),
                business_id=random.choice(NUMBERS),
                owner_id=owner,
                **told,
            )
            contact = make_contact(
                by,
                random.choice(NAMES),
                first_name=random.choice((None, *NAMES)),
                title=random.choice(CITIES),
                wechat=random.choice(NUMBERS),
                **told,
            )
            account.next_step_at, contact.next_step_at = (random.choice(steps) for _n in range(2))
            make_activity(by, "task", subject=f"{random.choice(CITIES[2:])} {number % 3}")


def in_order(by: Actor, kind: str, key: str, *, upwards: bool) -> list[UUID]:
    """The whole list as Python orders it: by its key, then by id; without one last."""
    rows: list[Any] = list(by.session.query(registry().type(kind).model).all())

    def of(row: Any) -> Any:
        if key == "next_step":
            return row.next_step_at
        value = getattr(row, key) or ""
        if key in AS_WRITTEN:
            return value.lower() or None
        return sort_key(value, person=key == "last_name") or None

    some = sorted((row for row in rows if of(row) is not None), key=lambda row: (of(row), row.id))
    none = sorted((row for row in rows if of(row) is None), key=lambda row: row.id)
    if not upwards:
        some.reverse()
        none.reverse()
    return [row.id for row in (*some, *none)]


@pytest.mark.parametrize("upwards", [True, False])
@pytest.mark.parametrize("kind", list(KINDS))
def test_a_list_by_a_text_has_every_row_once_and_those_without_one_last(
    acme: Workspace, alice: Person, town: None, kind: str, upwards: bool
) -> None:
    record_type = registry().type(kind)
    with acme.acting(alice) as by:
        for key in KINDS[kind]:
            sort = key if upwards else f"-{key}"
            whole = in_order(by, kind, key, upwards=upwards)
            assert len(whole) == 40
            for limit in LIMITS:
                forwards, last = walk(by, record_type, sort, limit)
                assert forwards == whole, (sort, limit)
                assert walk_back(by, record_type, sort, limit, last) == whole, (sort, limit)


def test_chinese_cities_stand_by_their_pinyin_among_the_others(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for city in ("上海", "Bath", "北京", "Zürich", None):
            make_account(by, f"Firm {city}", city=city)
        for sort, whole in (
            ("city", ["Bath", "北京", "上海", "Zürich", None]),
            ("-city", ["Zürich", "上海", "北京", "Bath", None]),
        ):
            rows = page(registry().type("account"), Query(sort=sort), by, ("city",)).rows
            assert [row.city for row in rows] == whole


def test_last_names_stand_as_surnames_are_read(acme: Workspace, alice: Person) -> None:
    """曾 is Zeng as a surname and else Ceng; 王 is Wang."""
    with acme.acting(alice) as by:
        for name in ("曾", "王", "Zoe", "Xu"):
            make_contact(by, name)
        rows = page(registry().type("contact"), Query(sort="last_name"), by, ("last_name",)).rows
        assert [row.last_name for row in rows] == ["王", "Xu", "曾", "Zoe"]


@pytest.mark.parametrize("kind", list(WITHOUT_ORDER))
def test_a_list_can_be_ordered_by_every_column_but_long_texts_and_tags(
    acme: Workspace, alice: Person, kind: str
) -> None:
    with acme.acting(alice) as by:
        record_type = registry().type(kind)
        without = {one.key for one in record_type.fields if not one.is_sortable}
        assert without == WITHOUT_ORDER[kind]
        columns = tuple(Chosen(one.key) for one in record_type.fields)
        shape = layout(record_type, by, Look(columns))
        offered = orders_of(ListState(record_type, Query()), shape, by)
        assert set(record_type.by_key) - set(offered) == without
        for key in without:
            with pytest.raises(Refused):
                page(record_type, Query(sort=key), by, ())


def test_such_a_list_keeps_to_its_filters_its_search_and_its_reader(
    acme: Workspace, alice: Person, bob: Person, town: None
) -> None:
    account = registry().type("account")
    filters = (Filter("city", "in", "Bath,York"),)
    with acme.acting(bob) as by:
        for key in KINDS["account"]:
            asked = Query(q="firm", filters=filters, sort=key, limit=40)
            rows = ids(page(account, asked, by, ()))
            assert sorted(rows) == sorted(ids(page(account, replace(asked, sort="name"), by, ())))
            assert 0 < len(rows) < 40


def test_a_record_has_its_neighbours_in_such_a_list(
    acme: Workspace, alice: Person, town: None
) -> None:
    with acme.acting(alice) as by:
        for sort in ("city", "-email", "next_step"):
            whole = in_order(by, "account", sort.removeprefix("-"), upwards=sort[0] != "-")
            state = ListState(registry().type("account"), Query(sort=sort))
            around = [None, *whole, None]
            for number, one in enumerate(whole):
                expected = (around[number], around[number + 2])
                assert neighbours(state, one, by) == expected


def test_cursors_of_such_a_list_that_were_made_up_are_refused(
    acme: Workspace, alice: Person, town: None
) -> None:
    some = str(UUID(int=5))
    shapes: list[Any] = [
        None,
        "key",
        [],
        ["key"],
        ["empty", 1],
        ["key", 5],
        ["key", None],
        ["key", ["a"]],
        ["key", "a\x00b"],
        ["value", "a"],
        {"key": "a"},
    ]
    with acme.acting(alice) as by:
        account = registry().type("account")
        for key in ("city", "email", "next_step"):
            for shape in [*shapes, *([["key", "no moment"]] if key == "next_step" else [])]:
                asked = Query(sort=key, cursor=crafted(key, True, shape, some))
                with pytest.raises(Refused) as caught:
                    page(account, asked, by, ())
                assert list(caught.value.errors) == ["cursor"], (key, shape)
        begun = crafted("city", True, ["key", "'; DROP TABLE accounts; --"], some)
        page(account, Query(sort="city", cursor=begun), by, ())


def test_an_order_is_not_offered_where_it_would_tell_what_its_reader_may_not_see(
    acme: Workspace, alice: Person, town: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the next step is due orders the list by the next step."""
    account = registry().type("account")
    with acme.acting(alice) as by:
        state, shape = ListState(account, Query()), layout(account, by)
        assert "next_step" in orders_of(state, shape, by)
        seen = readable_keys(account, by) - {"next_step_at"}
        for module in ("app.records.query.order", "app.records.pages.orders"):
            monkeypatch.setattr(f"{module}.readable_keys", lambda *_args: seen)
        assert "next_step" not in orders_of(state, shape, by)
        with pytest.raises(Refused):
            page(account, Query(sort="next_step"), by, ())


@pytest.mark.parametrize("direction", ["", "-"])
def test_such_a_list_comes_from_its_index(
    acme: Workspace, alice: Person, town: None, direction: str
) -> None:
    """The expression in the query and the one in the index must be the same to the letter."""
    with acme.acting(alice) as by:
        for other_way in ("seqscan", "bitmapscan", "sort"):  # A table this small would take one.
            by.session.execute(text(f"SET LOCAL enable_{other_way} = off"))
        for kind, key, index in (
            ("account", "city", "ix_accounts_by_city_sort"),
            ("account", "province", "ix_accounts_by_province_sort"),
            ("account", "district", "ix_accounts_by_district_sort"),
            ("account", "address", "ix_accounts_by_address_sort"),
            ("account", "website", "ix_accounts_by_website"),
            ("account", "business_id", "ix_accounts_by_business_id"),
            ("account", "email", "ix_accounts_by_email"),
            ("account", "phone", "ix_accounts_by_phone"),
            ("account", "next_step", "ix_accounts_next_step"),
            ("contact", "title", "ix_contacts_by_title_sort"),
            ("contact", "last_name", "ix_contacts_by_last_name_sort"),
            ("contact", "first_name", "ix_contacts_by_first_name_sort"),
            ("contact", "wechat", "ix_contacts_by_wechat"),
            ("contact", "email", "ix_contacts_by_email"),
            ("contact", "phone", "ix_contacts_by_phone"),
            ("contact", "next_step", "ix_contacts_next_step"),
            ("activity", "subject", "ix_activities_by_subject_sort"),
        ):
            for plan in plans(by, kind, f"{direction}{key}", 3):
                assert f"using {index}" in plan, (kind, key, plan)


def plans(by: Actor, kind: str, sort: str, limit: int) -> list[str]:
    """What the database does to find the rows of a second page, as long as rows have a key."""
    record_type = registry().type(kind)
    first = page(record_type, Query(sort=sort, limit=limit), by, ())
    connection = by.session.connection()
    caught: list[tuple[str, Any]] = []

    def catch(_conn: Any, _cur: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        caught.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", catch)
    page(record_type, Query(sort=sort, cursor=first.next or "", limit=limit), by, ())
    event.remove(connection, "before_cursor_execute", catch)
    found = [one for one in caught if "ORDER BY" in one[0]]
    assert found
    return [
        "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {one}", parameters))
        for one, parameters in found
    ]
