"""What a colleague holds goes to others by rule, and nothing of it is left without an owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.events import Event
from app.handover.models import Handover
from app.handover.operations.begin import begin_handover
from app.handover.operations.share import count_held, holds_anything
from app.handover.operations.undo import begin_undo
from app.handover.rules import Plan, Rule
from app.identity.models import Grant, Invitation, Notice, User
from app.identity.operations.invitations import invite
from app.identity.operations.roles import role_by_key
from app.identity.operations.tokens import create_token
from app.identity.operations.users import disable_user, enable_user
from app.kernel.actor import Reach
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import new_id
from app.records.door import perform
from app.records.feeds.operations import make_feed
from app.records.filters import Filter
from app.records.pool.capping import save_cap
from app.records.registry import registry
from app.records.views.models import SavedView
from app.records.views.operations import Wish, save_view
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity
from tests.handover.conftest import ERIN, HandOver, hire, owner_of, promised

YORK = (Filter("city", "eq", "York"),)
Estate = dict[str, UUID]


def test_rules_say_who_gets_what_and_all_else_goes_to_whom_is_named(
    acme: Workspace, bob: Person, erin: Person, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    rule = Rule("account", YORK, (erin.user_id,))
    made = hand_over(Plan(True, fred.user_id, (rule,)))
    assert made.finished_at is not None
    assert owner_of(acme, estate["York"]) == erin.user_id
    assert owner_of(acme, estate["Leeds"]) == fred.user_id
    assert owner_of(acme, estate["lone"]) == fred.user_id
    with acme.acting() as by:
        assert not holds_anything(bob.user_id, by)


def test_people_and_open_steps_go_along_with_their_customer(
    acme: Workspace, erin: Person, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    hand_over(Plan(True, fred.user_id, (Rule("account", YORK, (erin.user_id,)),)))
    for what in ("York person", "York task"):
        assert owner_of(acme, estate[what]) == erin.user_id
    for what in ("Leeds person", "Leeds task"):
        assert owner_of(acme, estate[what]) == fred.user_id


def test_a_rule_of_its_own_comes_before_the_customer(
    acme: Workspace, erin: Person, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    rules = (
        Rule("account", YORK, (erin.user_id,)),
        Rule("activity", (Filter("kind", "eq", "task"),), (fred.user_id,)),
    )
    hand_over(Plan(True, erin.user_id, rules))
    assert owner_of(acme, estate["York task"]) == fred.user_id


def test_the_first_rule_that_finds_a_record_wins(
    acme: Workspace, erin: Person, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    rules = (Rule("account", YORK, (erin.user_id,)), Rule("account", (), (fred.user_id,)))
    hand_over(Plan(True, erin.user_id, rules))
    assert owner_of(acme, estate["York"]) == erin.user_id
    assert owner_of(acme, estate["Leeds"]) == fred.user_id


def test_several_people_get_records_evenly(
    acme: Workspace, bob: Person, erin: Person, fred: Person, hand_over: HandOver
) -> None:
    with acme.acting(bob) as by:
        ids = [make_account(by, f"Firm {n}").id for n in range(5)]
    hand_over(Plan(True, erin.user_id, (Rule("account", (), (erin.user_id, fred.user_id)),)))
    owners = [owner_of(acme, one) for one in ids]
    assert sorted([owners.count(erin.user_id), owners.count(fred.user_id)]) == [2, 3]


def test_what_is_done_stays_in_the_name_of_who_did_it(
    acme: Workspace, bob: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    hand_over(Plan(True, erin.user_id))
    assert owner_of(acme, estate["note"]) == bob.user_id


def test_access_ends_with_the_handover(
    acme: Workspace, bob: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    assert bob.client.get("/").status_code == 200
    with acme.acting(bob) as by:
        user = by.session.get_one(User, bob.user_id)
        secret = create_token(acme.actor(), user, name="Mine").secret
        key = make_feed(by)
    with acme.acting() as by:
        role = role_by_key(by.session, "viewer")
        given = invite(by, way="link", role=role, max_uses=5).invitation
        given.created_by_id = bob.user_id
        given_id = given.id
    calls = bob.client.application.test_client()
    host: dict[str, Any] = {"base_url": f"http://{acme.host}"}
    told = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert calls.get("/api/v1/accounts", **told, **host).status_code == 200
    assert calls.get(f"/calendar.ics?key={key}", **host).status_code == 200
    hand_over(Plan(True, erin.user_id))
    assert bob.client.get("/").headers["Location"].startswith("/login")
    assert calls.get("/api/v1/accounts", **told, **host).status_code == 401
    assert calls.get(f"/calendar.ics?key={key}", **host).status_code == 404
    with acme.scope() as session:
        assert session.get_one(Invitation, given_id).revoked_at is not None
        rows = session.execute(select(Event.record_type, Event.verb))
        verbs = {(row.record_type, row.verb) for row in rows}
    assert {("token", "revoked"), ("calendar_feed", "revoked"), ("invitation", "revoked")} <= verbs


def test_a_refused_handover_ends_no_access(
    acme: Workspace, bob: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    with acme.acting(bob) as by:
        promised(by, estate["York"])
    with pytest.raises(Refused):
        hand_over(Plan(True, erin.user_id))
    assert bob.client.get("/").status_code == 200
    assert owner_of(acme, estate["York"]) == bob.user_id


def test_whoever_leaves_needs_somebody_for_the_rest(estate: Estate, hand_over: HandOver) -> None:
    with pytest.raises(Refused) as refused:
        hand_over(Plan(True, None))
    assert set(refused.value.errors) == {"rest_to_id"}


def test_nothing_goes_to_who_can_not_take_it(
    acme: Workspace, alice: Person, bob: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, erin.user_id))
    for wrong in (erin.user_id, bob.user_id, new_id()):
        with pytest.raises(Refused) as refused:
            hand_over(Plan(True, wrong))
        assert set(refused.value.errors) == {"rest_to_id"}
        with pytest.raises(Refused) as refused:
            hand_over(Plan(True, alice.user_id, (Rule("account", (), (wrong,)),)))
        assert set(refused.value.errors) == {"rules[0].to"}


def test_nothing_goes_to_a_role_that_may_not_see_it(
    acme: Workspace, dora: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    with acme.scope() as session:
        role = session.get_one(User, dora.user_id).role
        found = select(Grant).where(Grant.role_id == role.id, Grant.record_type == "account")
        for grant in session.scalars(found):
            session.delete(grant)
        role.stamp = new_id()
    with pytest.raises(Refused, match="Dora Dunn may not see Accounts"):
        hand_over(Plan(True, dora.user_id))


def test_nothing_goes_to_a_role_that_may_only_read_it(
    acme: Workspace, dora: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    with pytest.raises(Refused, match="Dora Dunn may only read Accounts, ") as refused:
        hand_over(Plan(True, dora.user_id))
    assert set(refused.value.errors) == {"rest_to_id"}
    with pytest.raises(Refused, match="Dora Dunn may only read "):
        hand_over(Plan(True, erin.user_id, (Rule("account", (), (dora.user_id,)),)))
    hand_over(Plan(True, erin.user_id))
    assert owner_of(acme, estate["York"]) == erin.user_id


def test_each_promise_is_looked_at_with_who_gets_it(
    acme: Workspace, bob: Person, erin: Person, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    with acme.acting(bob) as by:
        promise = promised(by, estate["York"])
    plan = Plan(True, erin.user_id, (Rule("account", YORK, (fred.user_id,)),))
    for confirmed in ((), {(promise, erin.user_id)}):
        with pytest.raises(Refused) as refused:
            hand_over(plan, confirmed)
        assert set(refused.value.errors) == {"promises"}
    hand_over(plan, {(promise, fred.user_id)})
    assert owner_of(acme, promise) == fred.user_id


def test_everybody_who_takes_over_is_told_once(
    acme: Workspace, bob: Person, erin: Person, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    made = hand_over(Plan(True, fred.user_id, (Rule("account", YORK, (erin.user_id,)),)))
    with acme.scope() as session:
        rows = session.execute(select(Notice.user_id, Notice.text, Notice.url)).all()
    told = {row.user_id: row.text for row in rows if row.url == f"/handovers/{made.id}"}
    assert len(rows) == len(told) == 2
    assert told[erin.user_id] == "You take over from Bob Baker: 1 account, 1 activity, 1 contact"


def test_the_change_stands_in_the_timeline_of_each_record_and_of_the_person(
    acme: Workspace, bob: Person, alice: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    made = hand_over(Plan(True, erin.user_id))
    with acme.scope() as session:
        batch = select(Event).where(Event.batch_id == made.id)
        events = {(one.record_type, one.record_id): one for one in session.scalars(batch)}
    told = events["account", estate["York"]]
    assert told.changes["owner_id"] == [str(bob.user_id), str(erin.user_id)]
    assert told.actor_id == alice.user_id
    assert events["user", bob.user_id].verb == "handed_over"
    assert "Owner" in alice.client.get(f"/accounts/{estate['York']}").text


def test_views_that_others_see_go_along_and_private_ones_do_not(
    acme: Workspace, bob: Person, alice: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    with acme.acting(bob) as by:
        account = registry().type("account")
        mine = save_view(by, account, Wish("Mine", "private", "city=York")).id
        shared = save_view(by, account, Wish("Ours", "private", "city=Leeds"))
        shared.audience, shared_id = "everyone", shared.id
    made = hand_over(Plan(True, erin.user_id))
    with acme.scope() as session:
        assert session.get_one(SavedView, shared_id).owner_id == erin.user_id
        assert session.get_one(SavedView, mine).owner_id == bob.user_id
    with acme.acting(alice) as by:
        enable_user(by, by.session.get_one(User, bob.user_id))
        begin_undo(by.session.get_one(Handover, made.id), by)
    with acme.scope() as session:
        assert session.get_one(SavedView, shared_id).owner_id == bob.user_id


def test_who_changes_area_keeps_what_no_rule_finds_and_may_go_on(
    acme: Workspace, bob: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    hand_over(Plan(False, None, (Rule("account", YORK, (erin.user_id,)),)))
    assert owner_of(acme, estate["York"]) == erin.user_id
    assert owner_of(acme, estate["York task"]) == erin.user_id
    assert owner_of(acme, estate["Leeds"]) == bob.user_id
    assert owner_of(acme, estate["lone"]) == bob.user_id
    assert bob.client.get("/").status_code == 200


def test_it_is_taken_back_but_for_what_went_to_another_since(
    acme: Workspace,
    alice: Person,
    bob: Person,
    erin: Person,
    fred: Person,
    estate: Estate,
    hand_over: HandOver,
) -> None:
    made = hand_over(Plan(True, erin.user_id))
    with acme.acting(alice) as by:
        leeds = by.session.get_one(Account, estate["Leeds"])
        perform("account", "update", leeds, by=by, owner_id=str(fred.user_id))
    with acme.acting(alice) as by, pytest.raises(Refused, match="sign in again first"):
        begin_undo(by.session.get_one(Handover, made.id), by)
    with acme.acting(alice) as by:
        enable_user(by, by.session.get_one(User, bob.user_id))
        begin_undo(by.session.get_one(Handover, made.id), by)
    assert owner_of(acme, estate["York"]) == bob.user_id
    assert owner_of(acme, estate["York task"]) == bob.user_id
    assert owner_of(acme, estate["Leeds"]) == fred.user_id
    with acme.acting(alice) as by, pytest.raises(Refused, match="undone already"):
        begin_undo(by.session.get_one(Handover, made.id), by)


def test_only_who_manages_people_hands_over(
    acme: Workspace, bob: Person, erin: Person, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    with pytest.raises(NotPermitted):
        hand_over(Plan(True, fred.user_id), who=erin)


def test_nobody_hands_over_what_a_stronger_one_holds(
    acme: Workspace, alice: Person, app: Any
) -> None:
    admin = hire(acme, ERIN, app, "admin")
    assert admin.client.get(f"/settings/people/{alice.user_id}/handover").status_code == 403
    with acme.acting(alice) as by:
        make_account(by)
    with acme.acting(admin) as by:
        user = by.session.get_one(User, alice.user_id)
        plan = Plan(False, admin.user_id)
        with pytest.raises(NotPermitted):
            begin_handover(by, user, plan, ())


def test_who_manages_people_passes_on_records_beyond_their_own_reach(
    acme: Workspace, bob: Person, app: Any, fred: Person, estate: Estate, hand_over: HandOver
) -> None:
    """Otherwise what an admin can't see would be left behind."""
    admin = hire(acme, ERIN, app, "admin")
    with acme.scope() as session:
        for person in (admin, bob):
            role = session.get_one(User, person.user_id).role
            found = select(Grant).where(Grant.role_id == role.id, Grant.record_type == "account")
            for grant in session.scalars(found):
                grant.reach = int(Reach.OWN)
            role.stamp = new_id()
    hand_over(Plan(True, fred.user_id), who=admin)
    assert owner_of(acme, estate["York"]) == fred.user_id


def test_nobody_shuts_themselves_out(acme: Workspace, alice: Person, erin: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by)
        make_activity(by)
        with pytest.raises(Refused, match="shut yourself out"):
            begin_handover(
                by, by.session.get_one(User, alice.user_id), Plan(True, erin.user_id), ()
            )


def test_what_somebody_holds_is_counted_by_type(
    acme: Workspace, bob: Person, estate: Estate
) -> None:
    with acme.acting() as by:
        assert count_held(bob.user_id, by) == {"account": 2, "contact": 2, "activity": 3}


def test_what_is_one_too_many_for_its_receiver_goes_to_an_owner(
    acme: Workspace, alice: Person, erin: Person, estate: Estate, hand_over: HandOver
) -> None:
    with acme.acting(alice) as by:
        role_id = by.session.get_one(User, erin.user_id).role_id
        group = f"role:{role_id}"
        save_cap(by, "account", group=group, most_owned="1", most_views="", spared="")
    made = hand_over(Plan(True, erin.user_id))
    owners = {owner_of(acme, estate[city]) for city in ("York", "Leeds")}
    assert owners == {erin.user_id, alice.user_id}
    assert made.left_out == 0
