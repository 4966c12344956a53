"""What the loader writes agrees with itself, as if people had entered it one after another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, or_, select

from app.crm.models import Account, Activity, Contact
from app.demo.load import Amounts, load
from app.demo.workspaces import POOLED, fill_pool
from app.events import Event
from app.kernel.actor import Actor
from tests.cast import Person, Workspace
from tests.factories import make_picklist

AMOUNTS = Amounts(accounts=40, contacts=90, activities=600, seed=7, workspace="mixed")


def fill(by: Actor, *people: Person) -> None:
    for _written in load(by, [person.user_id for person in people], AMOUNTS):
        pass


@pytest.mark.parametrize(
    ("model", "reference"), [(Account, Activity.account_id), (Contact, Activity.contact_id)]
)
def test_a_record_is_entered_before_all_that_is_done_with_it(
    acme: Workspace, alice: Person, bob: Person, model: Any, reference: Any
) -> None:
    with acme.acting() as by:
        fill(by, alice, bob)
        activities = select(func.count()).select_from(Activity).join(model, model.id == reference)
        early = activities.where(
            or_(
                Activity.created_at < model.created_at,
                Activity.done_at < model.created_at,
                Activity.at < model.created_at,
            )
        )
        assert by.session.scalar(activities) > 300
        assert by.session.scalar(early) == 0


def test_people_are_entered_after_their_firm_and_nothing_after_now(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting() as by:
        fill(by, alice)
        people = select(Contact.id).join(Account, Account.id == Contact.account_id)
        assert by.session.scalars(people).first()
        assert not by.session.scalars(people.where(Contact.created_at < Account.created_at)).all()
        for model in (Account, Contact, Activity):
            assert not by.session.scalars(select(model.id).where(model.created_at > by.now)).all()


@pytest.mark.parametrize("model", [Account, Contact, Activity])
def test_the_event_of_a_record_has_the_moment_at_which_it_was_entered(
    acme: Workspace, alice: Person, model: Any
) -> None:
    with acme.acting() as by:
        fill(by, alice)
        rows = by.session.execute(
            select(Event.verb, Event.at, model.created_at, Event.actor_id, model.created_by_id)
            .select_from(model)
            .outerjoin(Event, Event.record_id == model.id)
        ).all()
        assert len(rows) == by.session.scalar(select(func.count()).select_from(model))
        for verb, at, created_at, actor_id, created_by_id in rows:
            assert (verb, at, actor_id) == ("created", created_at, created_by_id)


def test_grown_data_has_the_values_that_the_workspace_lists(acme: Workspace, alice: Person) -> None:
    industries = {"fresh_food": {"en": "Fresh produce"}, "food": {"en": "Food"}}
    ways = {"round": {"en": "Courier's round"}}
    with acme.acting(alice) as by:
        make_picklist(by, "account", "industry", industries)
        make_picklist(by, "activity", "way", ways)
    with acme.acting() as by:
        fill(by, alice)
        found = set(by.session.scalars(select(Account.industry)))
        assert found == {"fresh_food", "food"}
        assert set(by.session.scalars(select(Activity.way))) == {None, "round"}
        assert by.session.scalars(select(Account.id).where(Account.source == "referral")).first()


def test_what_is_done_is_credited_to_its_owner(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting() as by:
        fill(by, alice, bob)
        for one in by.session.scalars(select(Activity)):
            assert one.done_by_id == (one.owner_id if one.done_at else None)


def test_some_prospects_wait_in_the_pool_returned_by_their_owners(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting() as by:
        few = replace(AMOUNTS, activities=60)
        for _written in load(by, [alice.user_id, bob.user_id], few):
            pass
        fill_pool(by)
        waiting = by.session.scalars(select(Account).where(Account.owner_id.is_(None))).all()
        assert 0 < len(waiting) <= POOLED
        for firm in waiting:
            told = select(Event).where(Event.record_id == firm.id, Event.verb == "returned")
            event = by.session.scalars(told).one()
            assert event.actor_id in (alice.user_id, bob.user_id)
            assert firm.created_at < event.at < by.now
