"""Sharing rules by filters: every kind of field, own ones too, and the same for every reader."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.identity.models import User
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel import stamps
from app.kernel.actor import Actor, FieldAccess, Reach
from app.kernel.errors import Refused
from app.records.access import may_do
from app.records.custom.models import CustomField
from app.records.custom.operations import define_field, retire_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.filters import Filter, Group, Node
from app.records.query import Query, page
from app.records.sharing.conditions import MOST
from app.records.sharing.models import SharingRule
from app.records.sharing.operations import create_rule
from app.records.sharing.rules import STAMP
from app.records.sharing.stored import read_stored, to_stored
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.core.test_filter_own_fields import CASES, COLOURS
from tests.records.pages.conftest import statements

ACCOUNT = "account"
YORK = Filter("city", "eq", "York")


@pytest.fixture(autouse=True)
def reps_see_their_own(acme: Workspace) -> None:
    with acme.acting() as by:
        grants = {(ACCOUNT, "read"): Reach.OWN, (ACCOUNT, "update"): Reach.OWN}
        write_rights(by, role_by_key(by.session, "sales_rep"), grants, {})


def share(by: Actor, *filters: Node, access: str = "read") -> SharingRule:
    group = f"role:{role_by_key(by.session, 'sales_rep').id}"
    return create_rule(by, ACCOUNT, filters=filters, access=access, group=group)


def names(by: Actor) -> str:
    rows = page(tailored(ACCOUNT, by), Query(sort="name"), by, ("name",)).rows
    return "".join(row.name for row in rows)


def why_refused(by: Actor, *filters: Node) -> str:
    with pytest.raises(Refused) as refused:
        share(by, *filters)
    assert set(refused.value.errors) == {"conditions"}
    return str(refused.value.errors["conditions"])


@pytest.mark.parametrize("kind", CASES)
def test_a_rule_by_a_field_of_ones_own_shares_what_the_filter_finds(
    acme: Workspace, alice: Person, bob: Person, kind: str
) -> None:
    first, second, asked = CASES[kind]
    with acme.acting(alice) as by:
        options = COLOURS if kind in ("choice", "choices") else ()
        wish = Wish({"en": "Own"}, options=options)
        key = define_field(by, tailored(ACCOUNT, by), kind, wish).key
    with acme.acting(alice) as by:
        for name, value in (("0", first), ("1", second), ("2", None)):
            sent = str(alice.user_id) if value == "me" else value
            make_account(by, name, **({} if sent is None else {key: sent}))
    for (operator, text), expected in asked.items():
        one = Filter(key, operator, text)
        with acme.acting(alice) as by:
            if operator == "stale" or kind == "user":
                why_refused(by, one)
                continue
            share(by, one)
        with acme.acting(bob) as by:
            assert names(by) == expected, (operator, text)
        with acme.scope() as session:
            session.query(SharingRule).delete()
            stamps.draw(session, STAMP)


def test_groups_hold_as_in_a_list(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(alice) as by:
        for name, city, lifecycle in (
            ("0", "York", "customer"),
            ("1", "Leeds", "customer"),
            ("2", "York", "prospect"),
            ("3", None, "prospect"),
        ):
            make_account(by, name, lifecycle=lifecycle, **({"city": city} if city else {}))
        customers = Filter("lifecycle", "in", "customer")
        share(by, Group("or", (YORK, customers)), Group("not", (Group("and", (YORK, customers)),)))
    with acme.acting(bob) as by:
        assert names(by) == "12"


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (Filter("parent_id.city", "eq", "York"), "looks at the record alone"),
        (Filter("parent_id", "below", str(UUID(int=5))), "looks at the record alone"),
        (Filter("owner_id", "eq", "me"), "same for everyone"),
        (Filter("owner_id", "in", "my_team"), "same for everyone"),
        (Group("not", (Filter("owner_id", "eq", "me"),)), "same for everyone"),
        (Filter("created_at", "eq", "this_week"), "same for everyone"),
        (Filter("created_at", "gte", "now"), "same for everyone"),
        (Filter("created_at", "between", "30_days_ago,2026-01-01"), "same for everyone"),
        (Filter("last_activity_at", "stale", "14"), "same for everyone"),
        (Filter("secret", "eq", "x"), "can't be filtered"),
        (Filter("search_text", "contains", "x"), "can't be filtered"),
        (Filter("city", "regex", "x"), "can't be filtered"),
        (Filter("city", "lt", "x"), "no order"),
        (Filter("lifecycle", "in", "odd"), "not one of the values"),
        (Filter("created_at", "eq", "someday"), ""),
        (Group("and", tuple(Filter("city", "eq", str(n)) for n in range(MOST + 1))), "at most"),
    ],
)
def test_what_a_rule_can_t_look_at_is_refused(
    acme: Workspace, alice: Person, one: Node, told: str
) -> None:
    with acme.acting(alice) as by:
        assert told in why_refused(by, one)
        assert by.session.scalars(select(SharingRule)).all() == []


def test_nobody_shares_by_a_field_that_is_hidden_from_them(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    with acme.acting() as by:
        viewer = role_by_key(by.session, "viewer")
        grants = {(ACCOUNT, "read"): Reach.ALL, ("sharing", "manage"): Reach.ALL}
        write_rights(by, viewer, grants, {(ACCOUNT, "city"): FieldAccess.HIDDEN})
    with acme.acting(dora) as by:
        assert "can't be filtered" in why_refused(by, YORK)
        share(by, Filter("country", "eq", "GB"))


def test_a_rule_to_change_is_asked_of_the_record_as_it_stands(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "A", city="York")
        record_id = account.id
        share(by, YORK, access="update")
    with acme.acting(bob) as by:
        record_type = tailored(ACCOUNT, by)
        found = by.session.get_one(record_type.model, record_id)
        assert may_do(record_type, found, "update", by)
        assert not may_do(record_type, found, "delete", by)
        with statements() as seen:
            assert may_do(record_type, found, "update", by)
        assert seen == []  # It was asked of this version before.
        perform(ACCOUNT, "update", found, by=by, city="Leeds")
        assert not may_do(record_type, found, "update", by)


def test_a_rule_whose_field_is_retired_shares_nothing(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        key = define_field(by, tailored(ACCOUNT, by), "number", Wish({"en": "Beds"})).key
    with acme.acting(alice) as by:
        make_account(by, "A", **{key: 5})
        share(by, Group("or", (Filter(key, "gte", "5"), Filter("city", "eq", "York"))))
    with acme.acting(bob) as by:
        assert names(by) == "A"
    with acme.acting(alice) as by:
        retire_field(by, by.session.scalars(select(CustomField)).one())
    with acme.acting(bob) as by:
        assert names(by) == ""
    assert alice.client.get("/settings/sharing").status_code == 200


def test_days_are_those_of_the_workspace_whoever_reads(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """Acme's days are London's; Bob lives half a day ahead."""
    with acme.acting(alice) as by:
        by.session.execute(update(User).where(User.id == bob.user_id).values(zone="Asia/Shanghai"))
        account = make_account(by, "A")
        account.created_at = by.now.replace(
            year=2026, month=6, day=1, hour=20, minute=0, second=0, microsecond=0
        )
        share(by, Filter("created_at", "eq", "2026-06-01"))
    with acme.acting(bob) as by:
        assert names(by) == "A"


def test_rules_from_before_filters_still_hold(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "A", lifecycle="customer")
        make_account(by, "B")
        rule = share(by, YORK)
        rule.conditions = {"lifecycle": ["customer", "former"]}
    with acme.acting(bob) as by:
        assert names(by) == "A"
    told = alice.client.get("/settings/sharing").text
    assert "Lifecycle: Customer, Former customer" in told


@pytest.mark.parametrize(
    "document", [{}, {"filter": {}}, {"filter": {"f": 1}}, {"filter": {"or": []}}]
)
def test_a_row_that_can_t_be_read_shares_nothing(
    acme: Workspace, alice: Person, bob: Person, document: dict[str, Any]
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "A", city="York")
        share(by, YORK).conditions = document
    with acme.acting(bob) as by:
        assert names(by) == ""
    assert alice.client.get("/settings/sharing").status_code == 200


def test_what_is_kept_is_what_was_asked() -> None:
    asked = (YORK, Group("or", (Filter("city", "in", "a\\,b,c"), Filter("x_n", "between", "1,2"))))
    assert read_stored(to_stored(asked)) == asked


def test_the_builder_of_a_list_leads_to_a_rule_by_its_conditions(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "York Ltd", city="York")
        role = f"role:{role_by_key(by.session, 'sales_rep').id}"
    asked = {"c.0.f": "city", "c.0.w": "eq", "c.0.v": "York", "do": "share", "rest": ""}
    answer = alice.client.get("/accounts/filter", query_string=asked)
    assert answer.status_code == 303
    form = alice.client.get(answer.location).text
    assert "City: York" in form
    assert 'name="in" value="city=York"' in form
    sent = {"in": "city=York", "group": "", "access": "read"}
    again = alice.client.post("/settings/sharing/new?type=account", data=sent)
    assert again.status_code == 422
    assert "City: York" in again.text
    made = alice.client.post("/settings/sharing/new?type=account", data=sent | {"group": role})
    assert made.status_code == 303
    assert "York Ltd" in bob.client.get("/accounts").text
    odd = alice.client.post(
        "/settings/sharing/new?type=account", data=sent | {"in": "owner_id=me", "group": role}
    )
    assert odd.status_code == 422
    assert "same for everyone" in odd.text
    assert "Share these" in alice.client.get("/accounts/filter").text
    assert "Share these" not in bob.client.get("/accounts/filter").text
