"""Sharing: rules and followers lengthen what a role reaches, everywhere and never further."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.identity.models import Team, User
from app.identity.operations.roles import role_by_key, write_rights
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_team, create_user
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Missing, NotPermitted, Refused
from app.records.access import can_read, fetch, may_do, permitted
from app.records.door import perform
from app.records.model import Record
from app.records.query import Query, count, page
from app.records.registry import registry
from app.records.sharing.operations import create_rule, delete_rule, follow, unfollow
from app.records.sharing.stored import of_choices
from app.records.types import RecordType
from app.records.why import VERBS, explain
from tests.cast import Part, Person, Workspace, find_person
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import statements

ACCOUNT = "account"


def let_reach(acme: Workspace, reach: Reach | None, *, verb: str = "read") -> None:
    """Give sales reps this reach on accounts, contacts and activities, and on nothing else."""
    with acme.acting() as by:
        grants = {}
        for kind in (ACCOUNT, "contact", "activity"):
            if reach is not None:
                grants[kind, "read"] = reach
                grants[kind, verb] = reach
        write_rights(by, role_by_key(by.session, "sales_rep"), grants, {})


def names(by: Actor) -> set[str]:
    rows = page(registry().type(ACCOUNT), Query(sort="name"), by, ("name",)).rows
    return {row.name for row in rows}


def share(by: Actor, access: str = "read", role: str = "sales_rep", **values: list[str]) -> None:
    group = f"role:{role_by_key(by.session, role).id}"
    create_rule(
        by,
        ACCOUNT,
        filters=of_choices(values or {"lifecycle": ["customer"]}),
        access=access,
        group=group,
    )


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> dict[str, Account]:
    """A customer with a contact and a note, and a prospect, both of Alice's."""
    let_reach(acme, Reach.OWN, verb="update")
    with acme.acting(alice) as by:
        customer = make_account(by, "Customer Ltd", lifecycle="customer", city="York")
        make_contact(by, account_id=customer.id)
        make_activity(by, account_id=customer.id)
        return {"customer": customer, "prospect": make_account(by, "Prospect Ltd")}


def test_a_rule_shares_what_holds_its_values_and_nothing_else(
    acme: Workspace, alice: Person, bob: Person, firms: dict[str, Account]
) -> None:
    with acme.acting(bob) as by:
        assert names(by) == set()
    with acme.acting(alice) as by:
        share(by)
    with acme.acting(bob) as by:
        assert names(by) == {"Customer Ltd"}
        assert count(registry().type(ACCOUNT), Query(q="ltd"), by) == 1
        assert can_read(registry().type(ACCOUNT), firms["customer"].id, by)
        assert not can_read(registry().type(ACCOUNT), firms["prospect"].id, by)
        # What belongs to the account is read through it; contacts are shared by no rule.
        activities = page(registry().type("activity"), Query(), by, ("account_id",)).rows
        assert [row.account_id__title for row in activities] == ["Customer Ltd"]
        assert page(registry().type("contact"), Query(), by, ("last_name",)).rows == []
    with acme.acting(alice) as by:
        found = by.session.get_one(Account, firms["customer"].id)
        perform(ACCOUNT, "update", found, by=by, lifecycle="former")
    with acme.acting(bob) as by:
        assert names(by) == set()


def test_every_condition_of_a_rule_must_hold(
    acme: Workspace, alice: Person, bob: Person, firms: dict[str, Account]
) -> None:
    with acme.acting(alice) as by:
        share(by, lifecycle=["customer", "prospect"], customer_kind=["partner"])
        make_account(by, "Partner Ltd", customer_kind="partner")
        make_account(by, "Old Partner", customer_kind="partner", lifecycle="former")
    with acme.acting(bob) as by:
        assert names(by) == {"Partner Ltd"}


def test_a_rule_to_read_lets_nobody_change_and_one_to_change_lets_nobody_delete(
    acme: Workspace, alice: Person, bob: Person, firms: dict[str, Account]
) -> None:
    record_type = registry().type(ACCOUNT)
    with acme.acting(alice) as by:
        share(by)
    with acme.acting(bob) as by:
        found = fetch(record_type, firms["customer"].id, by)
        with pytest.raises(NotPermitted):
            perform(ACCOUNT, "update", found, by=by, city="Bath")
    with acme.acting(alice) as by:
        share(by, "update")
    with acme.acting(bob) as by:
        found = fetch(record_type, firms["customer"].id, by, "update")
        perform(ACCOUNT, "update", found, by=by, city="Bath")
        for verb in ("delete", "create"):
            assert not may_do(record_type, found, verb, by)
        with pytest.raises(NotPermitted):
            perform(ACCOUNT, "delete", found, by=by)


def test_a_rule_gives_no_verb_that_the_role_lacks(
    acme: Workspace, alice: Person, bob: Person, firms: dict[str, Account]
) -> None:
    with acme.acting(alice) as by:
        share(by, "update")
    let_reach(acme, Reach.OWN)
    with acme.acting(bob) as by:
        assert names(by) == {"Customer Ltd"}
        found = fetch(registry().type(ACCOUNT), firms["customer"].id, by)
        assert not may_do(registry().type(ACCOUNT), found, "update", by)
    let_reach(acme, None)
    with acme.acting(bob) as by, pytest.raises(Missing):
        fetch(registry().type(ACCOUNT), firms["customer"].id, by)


def test_a_team_shares_with_those_below_it_and_not_with_those_above(
    acme: Workspace, alice: Person, bob: Person, firms: dict[str, Account]
) -> None:
    with acme.acting(alice) as by:
        sales = create_team(by, name="Sales")
        north = create_team(by, name="North", parent=sales)
        change_team(by, by.session.get_one(User, bob.user_id), north)
        conditions = {"lifecycle": ["customer"]}
        group = f"team:{sales.id}"
        rule = create_rule(by, ACCOUNT, filters=of_choices(conditions), access="read", group=group)
    with acme.acting(bob) as by:
        assert names(by) == {"Customer Ltd"}
    with acme.acting(alice) as by:
        delete_rule(by, rule.id)
        group = f"team:{north.id}"
        create_rule(by, ACCOUNT, filters=of_choices(conditions), access="read", group=group)
        change_team(by, by.session.get_one(User, bob.user_id), by.session.get_one(Team, sales.id))
    with acme.acting(bob) as by:
        assert names(by) == set()


def test_rules_that_make_no_sense_are_refused_beside_their_field(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    good = {"lifecycle": ["customer"]}
    with acme.acting(alice) as by:
        group = f"role:{role_by_key(by.session, 'viewer').id}"
        for conditions, access, whom, field in (
            ({}, "read", group, "conditions"),
            ({"lifecycle": []}, "read", group, "conditions"),
            ({"lifecycle": ["odd"]}, "read", group, "conditions"),
            (good, "delete", group, "access"),
            (good, "read", "role:x", "group"),
            (good, "read", "user:" + str(bob.user_id), "group"),
            (good, "read", f"team:{bob.user_id}", "group"),
        ):
            with pytest.raises(Refused) as refused:
                create_rule(by, ACCOUNT, filters=of_choices(conditions), access=access, group=whom)
            assert set(refused.value.errors) == {field}
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        create_rule(by, ACCOUNT, filters=of_choices(good), access="read", group=group)


def test_nobody_shares_what_they_do_not_reach_themselves(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    with acme.acting() as by:
        viewer = role_by_key(by.session, "viewer")
        grants = {(ACCOUNT, "read"): Reach.TEAM, ("sharing", "manage"): Reach.ALL}
        write_rights(by, viewer, grants, {})
        group = f"role:{viewer.id}"
    with acme.acting(dora) as by, pytest.raises(NotPermitted):
        create_rule(
            by, ACCOUNT, filters=of_choices({"lifecycle": ["customer"]}), access="read", group=group
        )


def test_a_follower_reads_a_record_and_no_more_until_they_follow_it_no_longer(
    acme: Workspace, alice: Person, bob: Person, firms: dict[str, Account]
) -> None:
    record_type = registry().type(ACCOUNT)
    with acme.acting(alice) as by:
        found = by.session.get_one(Account, firms["prospect"].id)
        follow(record_type, found, by.session.get_one(User, bob.user_id), by)
        follow(record_type, found, by.session.get_one(User, bob.user_id), by)
    with acme.acting(bob) as by:
        assert names(by) == {"Prospect Ltd"}
        seen = fetch(record_type, firms["prospect"].id, by)
        with pytest.raises(NotPermitted):
            perform(ACCOUNT, "update", seen, by=by, city="Bath")
        with pytest.raises(NotPermitted):
            follow(record_type, seen, by.session.get_one(User, alice.user_id), by)
        unfollow(record_type, seen, by.user_id, by)  # type: ignore[arg-type]
        assert names(by) == set()


def test_nobody_follows_what_they_can_not_read_by_themselves(
    acme: Workspace, alice: Person, bob: Person, firms: dict[str, Account]
) -> None:
    with acme.acting(bob) as by:
        hers = by.session.get_one(Account, firms["prospect"].id)
        with pytest.raises(Missing):
            follow(registry().type(ACCOUNT), hers, by.session.get_one(User, bob.user_id), by)
    url = f"/accounts/{firms['prospect'].id}/followers"
    answer = bob.client.post(url, data={"user_id": str(bob.user_id)})
    assert answer.status_code == 404


def test_without_rules_and_followers_a_list_takes_no_statement_more(
    acme: Workspace, alice: Person, bob: Person, firms: dict[str, Account]
) -> None:
    with acme.acting(bob) as by:
        names(by)
    with acme.acting(bob) as by, statements() as seen:
        names(by)
    assert not [one for one in seen if "sharing_rules" in one or "followers" in one]


def everybody(acme: Workspace, alice: Person) -> list[Person]:
    """People of every built-in role, in two teams, one below the other."""
    roles = ("admin", "manager", "sales_rep", "service_agent", "viewer")
    with acme.acting(alice) as by:
        sales = create_team(by, name="Sales")
        north = create_team(by, name="North", parent=sales)
        for number, (role, team) in enumerate(product(roles, (None, sales, north))):
            email = f"p{number}@acme.example"
            found = role_by_key(by.session, role)
            create_user(by, email=email, name=f"P{number}", role=found, team=team, password=None)
        emails = by.session.scalars(select(User.email)).all()
    return [find_person(Part("", one, ""), acme) for one in emails]


def records(by: Actor) -> Iterator[tuple[RecordType, Record]]:
    for record_type in registry():
        for record in by.session.scalars(select(record_type.model)):
            yield record_type, record


def test_what_is_explained_is_what_the_database_permits_for_all_people_records_and_verbs(
    acme: Workspace, alice: Person
) -> None:
    let_reach(acme, Reach.TEAM, verb="update")
    people = everybody(acme, alice)
    owners = [one.user_id for one in people]
    with acme.acting(alice) as by:
        for number, owner in enumerate(owners):
            account = make_account(
                by,
                f"Firm {number}",
                owner_id=str(owner),
                lifecycle=("customer", "prospect", "former")[number % 3],
            )
            make_contact(by, account_id=account.id, owner_id=str(owner))
            make_activity(by, account_id=account.id, owner_id=str(owners[-number]))
            user = by.session.get_one(User, owners[(number * 7) % len(owners)])
            follow(registry().type(ACCOUNT), account, user, by)
        share(by)
        share(by, "update", lifecycle=["former"])
    seen = 0
    with acme.acting(alice) as by:
        users = {one.user_id: by.session.get_one(User, one.user_id) for one in people}
        found = list(records(by))
        for person in people:
            asked = acme.actor(person)
            permits = {
                (one.key, verb): set(
                    by.session.scalars(select(one.model.id).where(permitted(one, asked, verb)))
                )
                for one in registry()
                for verb in VERBS
            }
            for record_type, record in found:
                for answer in explain(record_type, record, users[person.user_id], by):
                    told = record.id in permits[record_type.key, answer.verb]
                    assert answer.may is told, (person.email, record_type.key, answer.verb)
                    if answer.verb != "read":
                        assert told is may_do(record_type, record, answer.verb, asked)
                    seen += len(answer.grounds)
    assert seen > len(people)
