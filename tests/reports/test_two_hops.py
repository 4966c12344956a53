"""Fields of records that related records refer to: told as far as the reader sees each step."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import NotPermitted, Refused
from app.records.filters import Filter
from app.records.filters.conditions import meant
from app.records.pages.filtering.offers import offers
from app.records.query import Query, count
from app.records.tailored import tailored
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.run import run_report
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.records.pages.conftest import statements

PARENT_CITY = "account_id.parent_id.city"
BY_PARENT = Definition("contact", (Grouped(PARENT_CITY),), (Measure(),))


@pytest.fixture
def family(acme: Workspace, alice: Person, bob: Person) -> None:
    """Bob's group in York owns his shop; Alice's mill in Leeds owns a yard; each has a contact."""
    with acme.acting(alice) as by:
        for owner, above, below, city in (
            (bob, "Group", "Shop", "York"),
            (alice, "Mill", "Yard", "Leeds"),
        ):
            parent = make_account(by, above, city=city, owner_id=owner.user_id)
            firm = make_account(by, below, parent_id=parent.id, owner_id=bob.user_id)
            make_contact(by, below, account_id=firm.id, owner_id=bob.user_id)


def told(by: Actor, definition: Definition = BY_PARENT) -> dict[Any, Any]:
    result = run_report(definition, by)
    return {place[0].value: cell[0] for place, cell in result.cells.items() if place[0]}


def with_fields(by: Actor, **hidden: str) -> Actor:
    fields = dict.fromkeys(hidden.items(), FieldAccess.HIDDEN)
    return replace(by, rights=replace(by.rights, fields=fields))


@pytest.mark.usefixtures("family")
def test_a_report_groups_by_the_parent_of_the_account_in_one_statement(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        run_report(BY_PARENT, by)
        with statements() as made:
            assert told(by) == {"York": 1, "Leeds": 1}
        assert len([one for one in made if "CUBE" in one.upper()]) == 1
        owners = Definition("contact", (Grouped("account_id.parent_id.owner_id"),), (Measure(),))
        assert len(told(by, owners)) == 2


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(
    ("kind", "key"), [("contact", "account_id"), ("account", "parent_id"), ("account", "city")]
)
def test_a_step_or_a_field_that_is_hidden_leaves_the_group_out_and_refuses_the_filter(
    acme: Workspace, alice: Person, bob: Person, kind: str, key: str
) -> None:
    with acme.acting(bob) as by:
        rights = Rights({(one, "read"): Reach.ALL for one in ("account", "contact")})
        reader = with_fields(replace(by, rights=rights), **{kind: key})
        result = run_report(BY_PARENT, reader)
        assert result.meaning.hidden
        assert [one for one in result.cells if one] == []
        asked = Filter(PARENT_CITY, "eq", "York")
        with pytest.raises(NotPermitted):
            run_report(replace(BY_PARENT, groups=(), filters=(asked,)), reader)
        with pytest.raises(Refused):
            count(tailored("contact", reader), Query(filters=(asked,)), reader, cap=None)
        keys = {
            one.key for group in offers(tailored("contact", reader), reader) for one in group.offers
        }
        assert PARENT_CITY not in keys


@pytest.mark.usefixtures("family")
def test_a_record_on_the_way_that_may_not_be_read_tells_nothing(
    acme: Workspace, bob: Person
) -> None:
    with acme.acting(bob) as by:
        grants = {("account", "read"): Reach.OWN, ("contact", "read"): Reach.ALL}
        reader = replace(by, rights=Rights(grants))
        assert told(reader) == {"York": 1, None: 1}, "the mill is not Bob's"
        for text, number in (("York", 1), ("Leeds", 0)):
            asked = Query(filters=(Filter(PARENT_CITY, "eq", text),))
            assert count(tailored("contact", reader), asked, reader, cap=None) == number
        unlike = Query(filters=(Filter(PARENT_CITY, "ne", "Leeds"),))
        assert count(tailored("contact", reader), unlike, reader, cap=None) == 1


def test_a_path_ends_after_two_steps(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        kind = tailored("contact", by)
        assert meant(kind, PARENT_CITY, by) is not None
        assert meant(kind, "account_id.parent_id.parent_id.city", by) is None
        assert meant(kind, "account_id.owner_id.name", by) is None
        assert meant(kind, "account_id..city", by) is None


@pytest.mark.usefixtures("family")
def test_the_builder_offers_it_and_a_number_opens_its_rows(acme: Workspace, alice: Person) -> None:
    offered = alice.client.get("/reports/build/fields/groups?type=contact&q=parent+city")
    assert offered.status_code == 200
    assert PARENT_CITY in offered.text
    assert "Account › Parent account › City" in offered.text
    shown = alice.client.get(f"/contacts?{PARENT_CITY}=York")
    assert shown.status_code == 200
    assert "Shop" in shown.text
    drawer = alice.client.get(f"/contacts/filter?{PARENT_CITY}=York")
    assert "Account › Parent account › City" in drawer.text
    definition = {"record_type": "contact", "groups": [{"field": PARENT_CITY}]}
    saved = {"definition": json.dumps(definition), "name": "Parents", "audience": "private"}
    assert alice.client.post("/reports/save", data=saved).status_code == 303
