"""Lists by an option, a colleague or a record: complete, in order, and betraying nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text

from app.crm.models.account import Account
from app.kernel import stamps
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.errors import Refused
from app.kernel.language import using
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.filters import Filter
from app.records.model import Record
from app.records.pages.neighbours import neighbours
from app.records.pages.state import ListState
from app.records.picklists import STAMP
from app.records.query import Query, page
from app.records.tailored import tailored
from app.records.types import RecordType
from tests.cast import Person, Workspace
from tests.factories import (
    make_account,
    make_activity,
    make_category,
    make_contact,
    make_product,
)
from tests.records.core.conftest import INDUSTRIES, KINDS
from tests.records.core.test_paging import crafted, ids, walk, walk_back

LIMITS = (1, 5, 40, 41)


def in_order(by: Actor, record_type: RecordType, key: str, upwards: bool) -> list[UUID]:
    """The whole list as Python orders it: by the value's place, then by id; without one last."""
    rows: list[Record] = list(by.session.query(record_type.model).filter_by(deleted_at=None).all())
    field = record_type.by_key[key]
    names: dict[Any, Any] = {}
    if field.to == "account":
        names = dict(by.session.execute(text("SELECT id, name_sort FROM accounts")).all())
    elif field.to == "user":
        names = dict(by.session.execute(text("SELECT id, name_sort FROM users")).all())
    places: dict[Any, Any] = {True: 0, False: 1}
    if key == "industry":
        places = {value: number for number, value in enumerate(INDUSTRIES)}
    elif field.kind == "country":
        places = {"AT": 0, "CN": 1, "DE": 2, "GB": 3}  # Austria, China, Germany.
    elif field.kind == "choice":
        places = {option.value: number for number, option in enumerate(field.options)}

    def place(row: Record) -> Any:
        value = field.value(row)
        if field.to:
            return names[value], value.int, row.id.int
        return places.get(value, 99), str(value), row.id.int

    held = [row for row in rows if field.value(row) is not None]
    bare = [row for row in rows if field.value(row) is None]
    held.sort(key=place, reverse=not upwards)
    bare.sort(key=lambda row: row.id.int, reverse=not upwards)
    return [row.id for row in (*held, *bare)]


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("key", KINDS)
def test_walking_meets_every_row_once_in_both_directions(
    acme: Workspace, alice: Person, yard: None, key: str, direction: str
) -> None:
    with acme.acting(alice) as by:
        account = tailored("account", by)
        whole = in_order(by, account, key, not direction)
        assert len(whole) == 40
        for limit in LIMITS:
            forwards, last = walk(by, account, f"{direction}{key}", limit)
            assert forwards == whole
            assert walk_back(by, account, f"{direction}{key}", limit, last) == whole


def test_countries_stand_by_their_name_in_the_readers_language(
    acme: Workspace, alice: Person, yard: None
) -> None:
    def met(by: Actor) -> list[str]:
        asked = Query(sort="country", limit=40)
        found = page(tailored("account", by), asked, by, ("country",)).rows
        return list(dict.fromkeys(row.country for row in found))

    with acme.acting(alice) as by:
        assert met(by) == ["AT", "CN", "DE", "GB", "Narnia", None]
        with using("zh-CN"):
            assert met(by) == ["AT", "DE", "GB", "CN", "Narnia", None]


def test_a_walked_list_keeps_to_its_filters_its_search_and_its_reader(
    acme: Workspace, alice: Person, bob: Person, yard: None
) -> None:
    filters = (Filter("lifecycle", "in", "customer,former"),)
    with acme.acting(bob) as by:
        account = tailored("account", by)
        own = replace(by, rights=Rights({("account", "read"): Reach.OWN}))
        for key in KINDS:
            asked = Query(q="firm", filters=filters, sort=key, limit=40)
            rows = page(account, asked, own, ("owner_id", "lifecycle")).rows
            plain = page(account, replace(asked, sort="name"), own, ()).rows
            assert {row.id for row in rows} == {row.id for row in plain}
            assert 0 < len(rows) < 35
            assert {row.owner_id for row in rows} == {bob.user_id}
            assert "prospect" not in {row.lifecycle for row in rows}


def test_what_a_reader_may_not_open_gives_no_order(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """Contacts of hidden and of deleted accounts stand by their id, whatever those are called."""
    with acme.acting(alice) as by:
        names = ("Zoo", "Aster", "Mole")
        accounts = {name: make_account(by, name, owner_id=alice.user_id) for name in names}
        accounts["Open"] = make_account(by, "Open", owner_id=bob.user_id)
        accounts["Gone"] = make_account(by, "Gone")
        people = {
            name: make_contact(by, name, "At", account_id=accounts[name].id)
            for name in ("Zoo", "Open", "Gone", "Mole", "Aster")
        }
        alone = make_contact(by, "Alone", "Standing")
        accounts["Gone"].deleted_at = by.now
        everyone = [people[name].id for name in ("Aster", "Mole", "Open", "Zoo", "Gone")]
    with acme.acting(alice) as by:
        contact = tailored("contact", by)
        assert ids(page(contact, Query(sort="account_id"), by, ())) == [*everyone, alone.id]
    with acme.acting(bob) as by:
        rights = Rights({("contact", "read"): Reach.ALL, ("account", "read"): Reach.OWN})
        blind = replace(by, rights=rights)
        hidden = [people[name].id for name in ("Zoo", "Gone", "Mole", "Aster")]
        whole = [people["Open"].id, *hidden, alone.id]
        for limit in (1, 2, 6):
            forwards, last = walk(blind, contact, "account_id", limit)
            assert forwards == whole
            assert walk_back(blind, contact, "account_id", limit, last) == whole
        whole = [people["Open"].id, *reversed(hidden), alone.id]
        assert walk(blind, contact, "-account_id", 2)[0] == whole


def test_records_of_somebody_who_is_no_more_stand_before_those_of_nobody(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        define_field(by, tailored("account", by), "user", Wish({"en": "Aide"}, is_filterable=True))
    with acme.acting(alice) as by:
        account = tailored("account", by)
        hers, lost, nobodys = (make_account(by, name) for name in ("Hers", "Lost", "Nobody's"))
        for one, user_id in ((hers, alice.user_id), (lost, UUID(int=7)), (nobodys, None)):
            one.owner_id = user_id
            one.custom = {"x_aide": str(user_id)} if user_id else {}
        whole = [hers.id, lost.id, nobodys.id]
        for sort in ("owner_id", "x_aide"):
            forwards, last = walk(by, account, sort, 1)
            assert forwards == whole
            assert walk_back(by, account, sort, 1, last) == whole
            around = neighbours(ListState(account, Query(sort=sort)), lost.id, by)
            assert around == (hers.id, nobodys.id)


def test_a_field_that_may_not_be_read_gives_no_order(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        blind = replace(by, rights=Rights({("contact", "read"): Reach.ALL}))
        with pytest.raises(Refused):
            page(tailored("contact", by), Query(sort="account_id"), blind, ())


def test_cursors_of_a_walk_that_were_made_up_are_refused(
    acme: Workspace, alice: Person, yard: None
) -> None:
    some = str(UUID(int=5))
    shapes: list[Any] = [
        None,
        "value",
        5,
        [],
        ["empty", 1],
        ["value"],
        ["value", 5],
        ["value", None],
        ["value", ["a"]],
        ["value", "a\x00b"],
        ["title", "a"],
        ["title", 5, some],
        ["title", "a", "no id"],
        ["elsewhere", "a"],
        {"value": "a"},
    ]
    with acme.acting(alice) as by:
        account = tailored("account", by)
        for key in ("industry", "parent_id", "x_signed"):
            for shape in [*shapes, ["value", True] if key == "industry" else ["value", "true"]]:
                asked = Query(sort=key, cursor=crafted(key, True, shape, some))
                with pytest.raises(Refused) as caught:
                    page(account, asked, by, ())
                assert list(caught.value.errors) == ["cursor"], (key, shape)
        asked = Query(sort="lifecycle", cursor=crafted("lifecycle", True, ["empty"], some))
        with pytest.raises(Refused):  # No account is without a lifecycle.
            page(account, asked, by, ())
        begun = crafted("industry", True, ["value", "'; DROP TABLE accounts; --"], some)
        page(account, Query(sort="industry", cursor=begun), by, ())


def test_an_option_that_moves_between_two_pages_breaks_nothing(
    acme: Workspace, alice: Person, yard: None
) -> None:
    with acme.acting(alice) as by:
        account = tailored("account", by)
        first = page(account, Query(sort="industry", limit=1), by, ())
        by.session.execute(text("UPDATE picklist_values SET position = 9 WHERE value = 'paper'"))
        stamps.draw(by.session, STAMP)
        assert first.next is not None
        following = page(account, Query(sort="industry", cursor=first.next, limit=40), by, ())
        assert len(following.rows) > 1
        assert not {*ids(first)} & {*ids(following)}


def test_a_record_has_its_neighbours_in_a_list_that_is_walked(
    acme: Workspace, alice: Person, yard: None
) -> None:
    with acme.acting(alice) as by:
        account = tailored("account", by)
        for sort in ("industry", "-parent_id", "owner_id"):
            whole = in_order(by, account, sort.removeprefix("-"), not sort.startswith("-"))
            state = ListState(account, Query(sort=sort))
            for number, one in enumerate(whole):
                around = (
                    whole[number - 1] if number else None,
                    whole[number + 1] if number < 39 else None,
                )
                assert neighbours(state, one, by) == around


def test_a_walk_of_an_indexed_value_reads_no_more_than_its_page(
    acme: Workspace, alice: Person, yard: None, owner: Engine
) -> None:
    """The column in the walk and the one in the index must be the same to the letter."""
    with acme.acting(alice) as by:  # In a table without rows one index is as good as another.
        categories = [make_category(by, f"Tools {number}") for number in range(5)]
        for number, account in enumerate(by.session.query(Account).all()):
            make_contact(by, "At", account.name, account_id=account.id)
            make_product(by, f"Drill {number}", category_id=categories[number % 5].id)
            make_activity(by, ("note", "call")[number % 2])
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        tables = "accounts activities contacts product_categories products users"
        for table in tables.split():  # Or the plan depends on what earlier tests left behind.
            connection.execute(text(f'VACUUM (FULL, ANALYZE) "{acme.facts.schema}".{table}'))
    with acme.acting(alice) as by:
        for other_way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):  # So few rows!
            by.session.execute(text(f"SET LOCAL enable_{other_way} = off"))
        for kind, sort, index in (
            ("account", "industry", "ix_accounts_industry"),
            ("account", "-lifecycle", "ix_accounts_lifecycle"),
            ("account", "country", "ix_accounts_country"),
            ("account", "owner_id", "ix_accounts_owner"),
            ("account", "parent_id", "ix_accounts_parent"),
            ("contact", "-owner_id", "ix_contacts_owner"),
            ("contact", "account_id", "ix_contacts_account"),
            ("activity", "kind", "ix_activities_kind"),
            ("product", "category_id", "ix_products_category"),
        ):
            plan = plan_of(by, tailored(kind, by), sort)
            assert f"using {index}" in plan, (sort, plan)
            assert "Seq Scan on accounts" not in plan, (sort, plan)


def plan_of(by: Actor, record_type: RecordType, sort: str) -> str:
    """What the database does to find the rows of a first page."""
    connection = by.session.connection()
    caught: list[tuple[str, Any]] = []

    def catch(_conn: Any, _cur: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        caught.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", catch)
    page(record_type, Query(sort=sort), by, ())
    event.remove(connection, "before_cursor_execute", catch)
    statement, parameters = next(one for one in caught if "LATERAL" in one[0])
    lines = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    return "\n".join(row[0] for row in lines)
