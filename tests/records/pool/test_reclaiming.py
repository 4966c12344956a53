"""Rules that take records back: warned before, once, in pieces, undone like any change of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.events import Event
from app.identity.models import Notice
from app.identity.operations.roles import role_by_key
from app.jobs.enqueue import enqueue
from app.jobs.worker import Worker
from app.kernel.errors import NotPermitted, Refused
from app.records import door
from app.records.access import fetch
from app.records.bulk.begin import begin_undo
from app.records.bulk.models import BulkChange
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish as FieldWish
from app.records.door import perform
from app.records.pages.state import read_state
from app.records.pool.figures import figures
from app.records.pool.models import PoolRule, PoolWarning
from app.records.pool.reclaim import JOB, run_rule
from app.records.pool.rules import Wish, create_rule, delete_rule, dry_run, switch_rule
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.views.operations import Wish as ViewWish
from app.records.views.operations import save_view
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account, make_activity

IDLE = Wish("Idle for 30 days", "idle", "30")


def make_rule(acme: Workspace, alice: Person, wish: Wish = IDLE, *, is_on: bool = True) -> UUID:
    with acme.acting(alice) as by:
        rule = create_rule(by, "account", wish)
        switch_rule(by, rule, is_on=is_on)
        return rule.id


def firms(acme: Workspace, owner: Person, count: int = 3, **values: Any) -> list[UUID]:
    with acme.acting(owner) as by:
        return [make_account(by, f"Firm {one}", **values).id for one in range(count)]


def a_day(acme: Workspace, worker: Worker) -> None:
    """Let the daily job run with all that follows from it."""
    with acme.acting() as by:
        enqueue(by, JOB, {})
    worker.drain()


def owners(acme: Workspace) -> Mapping[str, UUID | None]:
    with acme.scope() as session:
        return dict(session.execute(select(Account.name, Account.owner_id)).all())  # type: ignore[arg-type]


def notices(acme: Workspace, person: Person) -> list[str]:
    with acme.scope() as session:
        rows = (
            select(Notice.text)
            .where(Notice.user_id == person.user_id)
            .order_by(Notice.at, Notice.id)
        )
        return [one for one in session.scalars(rows) if one]


def test_what_nobody_worked_on_goes_back_and_the_event_names_the_rule(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    ids = firms(acme, bob)
    make_rule(acme, alice)
    a_day(acme, worker)
    assert set(owners(acme).values()) == {bob.user_id}
    clock.shift(timedelta(days=31))
    with acme.acting(bob) as by:
        make_activity(by, account_id=ids[0])
    a_day(acme, worker)
    assert owners(acme) == {"Firm 0": bob.user_id, "Firm 1": None, "Firm 2": None}
    with acme.scope() as session:
        told = session.scalar(
            select(Event.changes).where(Event.record_id == ids[1], Event.verb == "returned")
        )
    assert told is not None
    assert told["owner_id"] == [str(bob.user_id), None]
    assert told["reason"][1]["en"] == "Idle for 30 days"
    assert notices(acme, bob) == ["2 accounts went back to the pool: Idle for 30 days"]
    page = alice.client.get(f"/accounts/{ids[1]}").text
    assert "returned this to the pool: Idle for 30 days" in page
    a_day(acme, worker)
    assert len(notices(acme, bob)) == 1


def test_who_claimed_a_record_lately_keeps_it_however_long_it_lay(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    (free,) = firms(acme, alice, 1, owner_id=None)
    make_rule(acme, alice)
    clock.shift(timedelta(days=100))
    with acme.acting(bob) as by:
        perform("account", "claim", fetch(registry().type("account"), free, by, "claim"), by=by)
    clock.shift(timedelta(days=29))
    a_day(acme, worker)
    assert set(owners(acme).values()) == {bob.user_id}
    clock.shift(timedelta(days=2))
    a_day(acme, worker)
    assert set(owners(acme).values()) == {None}


def test_the_owner_is_warned_once_and_an_activity_sets_the_clock_back(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    ids = firms(acme, bob, 2)
    rule_id = make_rule(acme, alice, Wish("Idle", "idle", "30", "7"))
    clock.shift(timedelta(days=24))
    a_day(acme, worker)
    a_day(acme, worker)
    told = "2 accounts will go back to the pool within 7 days: Idle"
    assert notices(acme, bob) == [told]
    with acme.acting(bob) as by:
        make_activity(by, account_id=ids[0])
    clock.shift(timedelta(days=8))
    a_day(acme, worker)
    assert owners(acme) == {"Firm 0": bob.user_id, "Firm 1": None}
    with acme.scope() as session:
        warned = select(PoolWarning.record_id).where(PoolWarning.rule_id == rule_id)
        assert ids[0] not in session.scalars(warned).all()
    clock.shift(timedelta(days=17))
    a_day(acme, worker)
    assert notices(acme, bob)[-1] == "1 account will go back to the pool within 7 days: Idle"
    assert owners(acme)["Firm 0"] == bob.user_id


def test_nobody_loses_a_record_that_they_were_not_warned_of(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    firms(acme, bob, 1)
    clock.shift(timedelta(days=300))
    make_rule(acme, alice, Wish("Idle", "idle", "30", "7"))
    a_day(acme, worker)
    assert set(owners(acme).values()) == {bob.user_id}
    clock.shift(timedelta(days=7))
    a_day(acme, worker)
    assert set(owners(acme).values()) == {None}


def test_what_a_view_shows_is_spared_and_so_are_other_roles(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        asked = read_state(account, {"lifecycle": "customer"}).query()
        view = save_view(by, account, ViewWish("Customers", "private", asked))
        make_account(by, "Alice's")
        group = f"role:{role_by_key(by.session, 'sales_rep').id}"
    with acme.acting(bob) as by:
        make_account(by, "Customer", lifecycle="customer")
        make_account(by, "Prospect", lifecycle="prospect")
        make_account(by, "Unsaid")
    make_rule(acme, alice, Wish("Kept", "kept", "10", "0", "", group, str(view.id)))
    clock.shift(timedelta(days=11))
    a_day(acme, worker)
    kept = {name for name, owner in owners(acme).items() if owner is not None}
    assert kept == {"Alice's", "Customer"}


def test_a_contract_that_ended_takes_the_record_back(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    with acme.acting(alice) as by:
        wish = FieldWish({"en": "Contract end"}, is_filterable=True)
        key = define_field(by, tailored("account", by), "day", wish).key
    with acme.acting(bob) as by:
        ended, runs = (by.today() + timedelta(days=days) for days in (5, 50))
        make_account(by, "Ended", **{key: ended.isoformat()})
        make_account(by, "Runs", **{key: runs.isoformat()})
        make_account(by, "Has none")
    make_rule(acme, alice, Wish("Contract over", "ended", "3", "0", key))
    clock.shift(timedelta(days=20))
    a_day(acme, worker)
    assert owners(acme) == {"Ended": None, "Runs": bob.user_id, "Has none": bob.user_id}


def test_a_rule_that_is_off_takes_nothing_and_tells_what_it_would(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    firms(acme, bob)
    rule_id = make_rule(acme, alice, is_on=False)
    clock.shift(timedelta(days=31))
    a_day(acme, worker)
    assert set(owners(acme).values()) == {bob.user_id}
    with acme.acting(alice) as by:
        rule = by.session.get_one(PoolRule, rule_id)
        assert dry_run(rule, registry().type("account"), by).takes == 3
    page = alice.client.get(f"/settings/pool/rules/{rule_id}")
    assert "Now it would take 3 accounts." in page.text
    assert alice.client.post(f"/settings/pool/rules/{rule_id}/on").status_code == 303
    a_day(acme, worker)
    assert set(owners(acme).values()) == {None}
    assert "3 accounts" in alice.client.get(f"/settings/pool/rules/{rule_id}").text


def test_a_killed_worker_takes_nothing_twice_and_what_was_worked_on_meanwhile_stays(
    acme: Workspace,
    alice: Person,
    bob: Person,
    worker: Worker,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.records.bulk.jobs.PIECE", 2)
    ids = firms(acme, bob, 5)
    rule_id = make_rule(acme, alice)
    clock.shift(timedelta(days=31))
    with acme.acting() as by:
        enqueue(by, JOB, {})
    assert worker.drain(3) == 3  # The day, the rule, and its first two records.
    assert list(owners(acme).values()).count(None) == 2
    real, seen = door.perform, list[Any]()

    def killed(*args: Any, **inputs: Any) -> Any:
        seen.append(args)
        if len(seen) == 2:
            raise SystemExit("killed in the middle of a piece")
        return real(*args, **inputs)

    monkeypatch.setattr("app.records.bulk.run.perform", killed)
    with pytest.raises(SystemExit):
        worker.drain(1)
    assert list(owners(acme).values()).count(None) == 2
    monkeypatch.setattr("app.records.bulk.run.perform", real)
    with acme.acting(bob) as by:
        make_activity(by, account_id=ids[4])
    with acme.acting() as by:  # The day comes again before the first run is over.
        assert run_rule(by.session.get_one(PoolRule, rule_id), by) is None
    clock.shift(timedelta(minutes=2))  # Its lease runs out, as nobody renews it.
    successor = replace(worker, name="successor")
    with successor.app.app_context():
        successor.upkeep()
    clock.shift(timedelta(minutes=1))
    successor.drain()
    taken = {name: owner for name, owner in owners(acme).items() if owner is not None}
    assert taken == {"Firm 4": bob.user_id}
    with acme.scope() as session:
        (change,) = session.scalars(select(BulkChange)).all()
        assert (change.done, change.left_out) == (4, 1)
        returned = session.scalars(select(Event.record_id).where(Event.verb == "returned")).all()
        assert sorted(returned) == sorted(ids[:4])


def test_a_run_is_undone_by_who_manages_the_pool_and_shown_to_nobody_else(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    ids = firms(acme, bob)
    make_rule(acme, alice)
    clock.shift(timedelta(days=31))
    a_day(acme, worker)
    with acme.acting(alice) as by:
        record = by.session.get_one(Account, ids[0])
        perform("account", "reassign", record, by=by, owner_id=str(alice.user_id))
        change_id = by.session.scalars(select(BulkChange.id)).one()
    url = f"/accounts/bulk/{change_id}"
    assert bob.client.get(url).status_code == 404
    assert "Returned to the pool: 3 accounts" in alice.client.get(url).text
    with acme.acting(alice) as by:
        undo = begin_undo(change_id, by)
        assert (undo.done, undo.left_out) == (2, 1)
    assert owners(acme) == {
        "Firm 0": alice.user_id,
        "Firm 1": bob.user_id,
        "Firm 2": bob.user_id,
    }


def test_no_person_returns_a_record_in_the_name_of_a_rule(
    acme: Workspace, alice: Person, bob: Person, clock: Clock
) -> None:
    (one,) = firms(acme, bob, 1)
    rule_id = make_rule(acme, alice)
    clock.shift(timedelta(days=31))  # So that the rule itself would take it.
    with acme.acting(bob) as by:
        record = by.session.get_one(Account, one)
        with pytest.raises(Refused):
            perform("account", "return", record, by=by, reason="rule", rule=str(rule_id))


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("", "idle", "30"), "name"),
        (Wish("A", "never", "30"), "kind"),
        (Wish("A", "idle", "0"), "days"),
        (Wish("A", "idle", "x"), "days"),
        (Wish("A", "idle", "7", "7"), "warn_days"),
        (Wish("A", "ended", "7"), "field"),
        (Wish("A", "idle", "7", group="team:none"), "group"),
        (Wish("A", "idle", "7", spared="none"), "spared"),
    ],
)
def test_a_rule_that_is_none_is_told_beside_its_field(
    acme: Workspace, alice: Person, wish: Wish, field: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        create_rule(by, "account", wish)
    assert field in refused.value.errors


def test_only_who_manages_the_pool_makes_and_removes_rules(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    rule_id = make_rule(acme, alice)
    with acme.acting(bob) as by:
        with pytest.raises(NotPermitted):
            create_rule(by, "account", IDLE)
        with pytest.raises(NotPermitted):
            delete_rule(by, by.session.get_one(PoolRule, rule_id))
    assert bob.client.get(f"/settings/pool/rules/{rule_id}").status_code == 403


def test_a_rule_is_made_by_its_form_and_what_was_typed_is_kept(
    acme: Workspace, alice: Person
) -> None:
    url = "/settings/pool/rules/new?type=account"
    assert alice.client.get(url).status_code == 200
    bad = alice.client.post(url, data={"name": "Long idle", "kind": "idle", "days": ""})
    assert bad.status_code == 422
    assert "Long idle" in bad.text
    data = {"name": "Long idle", "kind": "idle", "days": "90", "warn_days": "7"}
    made = alice.client.post(url, data=data, follow_redirects=True)
    assert "90 days without an activity · the owner is warned 7 days before" in made.text
    assert "Long idle" in alice.client.get("/settings/pool").text
    removed = alice.client.post(made.request.path + "/delete", follow_redirects=True)
    assert "No rule: whoever owns a record keeps it." in removed.text


def test_the_figures_tell_who_claimed_returned_and_lost_how_many(
    acme: Workspace, alice: Person, bob: Person, worker: Worker, clock: Clock
) -> None:
    free = firms(acme, alice, 3, owner_id=None)
    account = registry().type("account")
    for one in free[:2]:
        with acme.acting(bob) as by:
            perform("account", "claim", fetch(account, one, by, "claim"), by=by)
    with acme.acting(bob) as by:
        record = by.session.get_one(Account, free[0])
        perform("account", "return", record, by=by, reason="other")
    with acme.acting(alice) as by:
        found = figures(account, by)
        assert found.size == 2
        (line,) = found.lines
        assert (line.name, line.weeks[0].claimed, line.weeks[0].returned) == ("Bob Baker", 2, 1)
    make_rule(acme, alice)
    clock.shift(timedelta(days=31))
    a_day(acme, worker)
    with acme.acting(alice) as by:
        (line,) = figures(account, by).lines
        assert line.weeks[0].reclaimed == 1
    assert "Bob Baker" in alice.client.get("/settings/pool").text
