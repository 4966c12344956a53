"""Filters joined by and, or and not, over a record's fields and those of what it refers to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.identity.models import User
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_team
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.filters import (
    DEEPEST,
    MOST,
    Filter,
    Group,
    operators_of,
    read_filters,
    read_list,
    write_filters,
    write_list,
)
from app.records.query import Query, page
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


def names(by: Actor, kind: str, tree: Any) -> list[str]:
    """The titles of the records that a tree leaves, in the order in which they were made."""
    record_type = registry().type(kind)
    filters = read_filters({"filter": json.dumps(tree)}, ())
    asked = Query(filters=filters, sort="created_at", limit=200)
    key = record_type.title.key
    return [getattr(row, key) for row in page(record_type, asked, by, (key,)).rows]


def city(name: str) -> dict[str, str]:
    return {"f": "city", "v": name}


CUSTOMER = {"f": "lifecycle", "v": "customer"}


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"or": [city("Leeds"), city("York")]}, ["Fence", "Gate", "Ivy"]),
        ({"and": [city("York"), CUSTOMER]}, ["Gate"]),
        ({"not": city("Leeds")}, ["Gate", "Hedge", "Ivy"]),
        ({"not": [city("Leeds"), city("York")]}, ["Hedge"]),
        ({"or": [CUSTOMER, {"not": [city("Leeds"), city("York")]}]}, ["Gate", "Hedge"]),
        ({"and": [{"or": [city("Leeds"), city("York")]}, {"not": CUSTOMER}]}, ["Fence", "Ivy"]),
        ({"and": [{"or": [{"and": [city("York"), CUSTOMER]}]}]}, ["Gate"]),
        ({"f": "city", "op": "in", "v": ["Leeds", "York"]}, ["Fence", "Gate", "Ivy"]),
        ({"f": "city", "op": "in", "v": ["Leeds", ""]}, ["Fence", "Hedge"]),
        ({"f": "city", "op": "nin", "v": ["Leeds", "York"]}, ["Hedge"]),
        ({"f": "city", "op": "isnull", "v": True}, ["Hedge"]),
        ({"f": "city", "op": "eq", "v": None}, ["Hedge"]),
    ],
)
def test_a_tree_finds_what_it_says(
    acme: Workspace, alice: Person, tree: Any, found: list[str]
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence", city="Leeds")
        make_account(by, "Gate", city="York", lifecycle="customer")
        make_account(by, "Hedge")
        make_account(by, "Ivy", city="York")
        assert names(by, "account", tree) == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"f": "account_id.city", "v": "Leeds"}, ["Ann Ash"]),
        ({"f": "account_id.city", "op": "ne", "v": "Leeds"}, ["Bea Birch"]),
        ({"f": "account_id.name", "op": "contains", "v": "AT"}, ["Bea Birch"]),
        ({"f": "account_id.city", "op": "isnull", "v": True}, ["Bea Birch"]),
        ({"f": "account_id.owner_id", "v": "me"}, ["Ann Ash", "Bea Birch"]),
        ({"not": {"f": "account_id.city", "v": "Leeds"}}, ["Bea Birch", "Cy Cedar"]),
    ],
)
def test_a_record_is_found_by_what_it_refers_to(
    acme: Workspace, alice: Person, condition: Any, found: list[str]
) -> None:
    with acme.acting(alice) as by:
        fence, gate = make_account(by, "Fence", city="Leeds"), make_account(by, "Gate")
        make_contact(by, "Ash", "Ann", account_id=str(fence.id))
        make_contact(by, "Birch", "Bea", account_id=str(gate.id))
        make_contact(by, "Cedar", "Cy")
        assert names(by, "contact", condition) == found


def test_an_account_is_found_by_the_account_above_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        above = make_account(by, "Above", city="Leeds")
        make_account(by, "Below", city="York", parent_id=str(above.id))
        assert names(by, "account", {"f": "parent_id.city", "v": "Leeds"}) == ["Below"]


def test_the_team_and_oneself_are_named_by_a_word(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        make_account(by, "Bobs")
    with acme.acting(alice) as by:
        make_account(by, "Alices")
        others = {"f": "owner_id", "op": "in", "v": ["me", str(bob.user_id)]}
        assert names(by, "account", others) == ["Bobs", "Alices"]
        assert names(by, "account", {"f": "owner_id", "v": "my_team"}) == ["Alices"]
        apart = {"f": "owner_id", "op": "ne", "v": "my_team"}
        assert names(by, "account", apart) == ["Bobs"]


def test_the_team_of_somebody_who_reads_everything_is_the_team_as_well(
    acme: Workspace, alice: Person, bob: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Doras", owner_id=str(dora.user_id))
        make_account(by, "Bobs", owner_id=str(bob.user_id))
        north = create_team(by, name="North")
        change_team(by, by.session.get_one(User, alice.user_id), north)
        below = create_team(by, name="York", parent=north)
        change_team(by, by.session.get_one(User, bob.user_id), below)
    with acme.acting(alice) as by:
        assert by.team_user_ids == (alice.user_id,)  # Her role reads all, so nobody asked.
        assert names(by, "account", {"f": "owner_id", "v": "my_team"}) == ["Bobs"]
        apart = {"f": "owner_id", "op": "ne", "v": "my_team"}
        assert names(by, "account", apart) == ["Doras"]


def ask(by: Actor, text: str) -> None:
    """Ask for the accounts that the text of a tree leaves."""
    filters = read_filters({"filter": text}, ())
    page(registry().type("account"), Query(filters=filters), by, ("name",))


def nested(depth: int) -> Any:
    tree: Any = {"or": [CUSTOMER, city("York")]}
    for _level in range(depth - 1):
        tree = {"or": [tree, CUSTOMER]}
    return tree


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "filter"),
        ("[]", "filter"),
        ("7", "filter"),
        ('"city"', "filter"),
        ("{}", "filter"),
        ('{"or":[]}', "filter"),
        ('{"or":{"f":"city"}}', "filter"),
        ('{"xor":[{"f":"city","v":"a"}]}', "filter"),
        ('{"or":[{"f":"city","v":"a"}],"and":[]}', "filter"),
        ('{"f":"city","v":{"a":1}}', "filter"),
        ('{"f":"city","v":"a","w":"b"}', "filter"),
        ('{"f":7,"v":"a"}', "filter"),
        ('{"f":"city","v":["a","b"]}', "city"),
        ('{"f":"city","op":"like","v":"a"}', "city__like"),
        ('{"f":"nothing","v":"a"}', "nothing"),
        ('{"or":[{"f":"city","v":"a"},{"f":"name","op":"gt","v":"b"}]}', "name__gt"),
        ('{"f":"city","op":"contains","v":""}', "city__contains"),
        ('{"f":"created_at","op":"between","v":["today"]}', "created_at__between"),
        ('{"f":"last_activity_at","op":"stale","v":0}', "last_activity_at__stale"),
        ('{"f":"city","op":"stale","v":7}', "city__stale"),
        (json.dumps(nested(DEEPEST + 1)), "filter"),
        ("[" * 100_000, "filter"),
        ('{"or":[' * 5_000, "filter"),
        (json.dumps({"or": [city(str(number)) for number in range(MOST + 1)]}), "filter"),
    ],
)
def test_a_tree_of_no_meaning_is_refused_by_name(
    acme: Workspace, alice: Person, text: str, field: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as caught:
        ask(by, text)
    assert list(caught.value.errors) == [field]


def test_as_deep_and_as_many_as_allowed_is_answered(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence", city="York")
        assert names(by, "account", nested(DEEPEST)) == ["Fence"]
        many = {"or": [city("York"), *(city(str(number)) for number in range(MOST - 1))]}
        assert names(by, "account", many) == ["Fence"]


def test_the_limits_hold_for_all_filters_together(acme: Workspace, alice: Person) -> None:
    tree = json.dumps({"or": [city(str(number)) for number in range(MOST)]})
    filters = read_filters({"filter": tree, "lifecycle": "customer"}, ())
    deeper = (Group("or", (Group("not", (DEEP,)), DEEP)),)
    with acme.acting(alice) as by:
        for too_much in (filters, deeper):
            with pytest.raises(Refused) as caught:
                page(registry().type("account"), Query(filters=too_much), by, ("name",))
            assert list(caught.value.errors) == ["filter"]


DEEP = Group("or", (Group("and", (Group("not", (Filter("city", "eq", "a"),)),) * 2),) * 2)


def test_an_address_holds_every_filter_and_gives_it_back() -> None:
    london, york = Filter("city", "eq", "London"), Filter("city", "eq", "York")
    either = Group("or", (Filter("city", "in", "a\\,b,c"), Group("not", (york,))))
    for filters in (
        (),
        (london,),
        (london, Filter("name", "contains", "x")),
        (london, york),
        (london, either),
        (either, Group("or", (london, york))),
        (london, DEEP, DEEP),
    ):
        assert read_filters(dict(write_filters(filters)), ()) == filters
    assert dict(write_filters((london,))) == {"city": "London"}


def test_a_list_of_values_may_hold_commas() -> None:
    for values in (["a"], [""], ["a,b", "c\\", "\\,", ""], ["Washington, D.C.", "York"]):
        assert read_list(write_list(values)) == values
    assert read_list("a,b") == ["a", "b"]


def test_every_operator_that_a_field_is_told_to_have_can_be_asked(
    acme: Workspace, alice: Person
) -> None:
    values = {"isnull": "true", "stale": "7"}
    with acme.acting(alice) as by:
        for record_type in registry():
            for field in record_type.fields:
                plain = EXAMPLES.get(field.kind, "x")
                for operator in operators_of(field):
                    double = f"{plain},{plain}" if operator == "between" else plain
                    one = Filter(field.key, operator, values.get(operator, double))
                    page(record_type, Query(filters=(one,)), by, (record_type.title.key,))


EXAMPLES = {
    "moment": "today",
    "day": "2026-11-22",
    **dict.fromkeys(("whole", "number", "money", "amount", "percent"), "3"),
    "flag": "true",
    "reference": "01a20172-c7fd-73c7-b690-51729345771b",
}
