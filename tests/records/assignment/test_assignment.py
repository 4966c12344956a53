"""Who gets what nobody owns: in turn, by load, by what it is, while they work."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.events import Event
from app.identity.models import Notice, Team, User
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.jobs.worker import Worker
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, NotPermitted, Refused
from app.records.assignment import rules
from app.records.assignment.distribute import Nobody
from app.records.assignment.models import AssignmentRule
from app.records.assignment.rules import Wish
from app.records.bulk.models import BulkChange
from app.records.door import perform
from app.records.many import perform_many
from app.records.pool.capping import save_cap
from app.records.registry import registry
from app.records.views.operations import Wish as ViewWish
from app.records.views.operations import save_view
from app.records.worktime.operations import create_calendar
from app.records.worktime.reading import Wish as CalendarWish
from tests.automation.conftest import Statements
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.factories import make_account
from tests.records.api.conftest import Programs, program

__all__ = ["program"]
URL = "/settings/assignment"


@pytest.fixture
def reps(acme: Workspace, alice: Person) -> dict[UUID, str]:
    """Bob and two more sales reps, by their ids."""
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "sales_rep")
        team = by.session.scalars(select(Team)).first()
        for name in ("Erin Ellis", "Finn Fox"):
            email = f"{name.split()[0].lower()}@acme.example"
            create_user(by, email=email, name=name, role=role, team=team)
        by.session.flush()
        found = by.session.execute(select(User.id, User.name).where(User.role_id == role.id))
        return {row.id: row.name.split()[0] for row in found}


def rule(by: Actor, name: str = "Reps", **more: Any) -> AssignmentRule:
    group = f"role:{role_by_key(by.session, 'sales_rep').id}"
    return rules.create_rule(by, "account", Wish(name, **{"group": group} | more))


def firm(by: Actor, name: str = "Free Fences", **more: Any) -> Account:
    return make_account(by, name, owner_id=None, **more)


def give(by: Actor, record: Account, reps: dict[UUID, str]) -> str:
    perform("account", "distribute", record, by=by)
    assert record.owner_id is not None
    return reps[record.owner_id]


def test_everybody_has_their_turn(acme: Workspace, alice: Person, reps: dict[UUID, str]) -> None:
    with acme.acting(alice) as by:
        rule(by)
        got = [give(by, firm(by, f"Firm {at}"), reps) for at in range(7)]
    assert got == ["Bob", "Erin", "Finn", "Bob", "Erin", "Finn", "Bob"]


def test_by_load_it_goes_to_whoever_owns_the_fewest(
    acme: Workspace, alice: Person, bob: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        rule(by, strategy="least_load")
        for at in range(2):
            make_account(by, f"Bob's {at}", owner_id=bob.user_id)
        got = [give(by, firm(by, f"Firm {at}"), reps) for at in range(5)]
    assert got == ["Erin", "Finn", "Erin", "Finn", "Bob"]


def test_the_timeline_says_why_and_by_which_rule(
    acme: Workspace, alice: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        rule(by, "Reps of York")
        record = firm(by)
        give(by, record, reps)
        told = by.session.scalars(select(Event).where(Event.verb == "distributed")).one()
    assert told.changes["owner_id"] == [None, str(record.owner_id)]
    assert told.changes["reason"][1]["en"] == "Bob Baker, whose turn it was – rule “Reps of York”"
    shown = alice.client.get(f"/accounts/{record.id}").text
    assert "whose turn it was" in shown
    assert "assigned this by a rule:" in shown
    assert "rule::" not in shown


def test_the_first_rule_that_fits_and_has_somebody_decides(
    acme: Workspace, alice: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        account = registry().type("account")
        york = save_view(by, account, ViewWish("York", "private", "city=York"))
        owner = f"role:{role_by_key(by.session, 'owner').id}"
        first = rule(by, "York", group=owner, view=str(york.id))
        second = rule(by, "The rest")
        there, here = firm(by, "A", city="York"), firm(by, "B", city="Leeds")
        perform("account", "distribute", there, by=by)
        assert there.owner_id == alice.user_id
        assert give(by, here, reps) == "Bob"
        rules.move_up(by, second)
        assert [one.name for one in rules.rules_of(account, by)] == ["The rest", "York"]
        rules.switch_rule(by, second, is_on=False)
        lost = firm(by, "C", city="Leeds")
        with pytest.raises(Nobody, match="No rule fits"):
            perform("account", "distribute", lost, by=by)
        assert lost.owner_id is None
        rules.delete_rule(by, first)


def test_capacity_and_the_pool_s_caps_are_kept(
    acme: Workspace, alice: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        made = rule(by, capacity="1")
        assert [give(by, firm(by, f"Firm {at}"), reps) for at in range(3)] == [
            "Bob",
            "Erin",
            "Finn",
        ]
        with pytest.raises(Nobody, match="Nobody can take it now: Reps"):
            perform("account", "distribute", firm(by), by=by)
        rules.delete_rule(by, made)
        rule(by, "Capped")
        group = f"role:{role_by_key(by.session, 'sales_rep').id}"
        save_cap(by, "account", group=group, most_owned="1", most_views="", spared="")
        with pytest.raises(Nobody, match="Capped"):
            perform("account", "distribute", firm(by), by=by)


def test_who_left_or_may_only_read_gets_nothing(
    acme: Workspace, alice: Person, bob: Person, dora: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        by.session.get_one(User, bob.user_id).is_active = False
        by.session.flush()
        rule(by, "Viewers", group=f"role:{role_by_key(by.session, 'viewer').id}")
        rule(by)
        assert [give(by, firm(by, f"Firm {at}"), reps) for at in range(3)] == [
            "Erin",
            "Finn",
            "Erin",
        ]


def test_a_rule_rests_while_its_calendar_is_closed(
    acme: Workspace, alice: Person, clock: Clock, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        hours = ("9-12", *("",) * 6)
        calendar = create_calendar(by, CalendarWish("Mondays", "Europe/London", week=hours))
        rule(by, in_hours="1", calendar=str(calendar.id))
    clock.move_to(datetime(2026, 11, 23, 8, tzinfo=UTC))
    with acme.acting(alice) as by, pytest.raises(Nobody):
        perform("account", "distribute", firm(by), by=by)
    clock.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC))
    with acme.acting(alice) as by:
        assert give(by, firm(by), reps) == "Bob"


def test_what_is_created_without_an_owner_is_assigned_by_itself(
    acme: Workspace, alice: Person, worker: Worker, program: Programs, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        rule(by)
    made = program(alice).post("accounts", {"name": "By a program", "owner_id": None})
    assert made.json["owner_id"] is None
    with acme.acting(alice) as by:
        rows = [{"name": f"Row {at}", "kind": "organisation", "owner_id": ""} for at in range(3)]
        perform_many("account", "create", rows, by=by)
        mine = make_account(by, "Mine")
    worker.drain()
    with acme.acting(alice) as by:
        owners = by.session.scalars(
            select(Account.owner_id).where(Account.id != mine.id).order_by(Account.id)
        )
        assert [reps.get(one or alice.user_id) for one in owners] == ["Bob", "Erin", "Finn", "Bob"]
        assert by.session.get_one(Account, mine.id).owner_id == alice.user_id
        told = by.session.scalars(select(Event).where(Event.verb == "distributed")).all()
        assert {(one.actor_id, one.via) for one in told} == {(None, "job")}


def test_what_a_program_makes_and_gives_to_nobody_goes_by_the_rules(
    acme: Workspace, alice: Person, worker: Worker, program: Programs, reps: dict[UUID, str]
) -> None:
    """A form of the firm's website sends no owner at all."""
    api = program(alice)
    before = api.post("accounts", {"name": "Before there are rules"}).json
    assert before["owner_id"] == str(alice.user_id)
    with acme.acting(alice) as by:
        rule(by)
    made = api.post("accounts", {"name": "From the website"}).json
    mine = api.post("accounts", {"name": "Mine", "owner_id": str(alice.user_id)}).json
    assert (made["owner_id"], mine["owner_id"]) == (None, str(alice.user_id))
    worker.drain()
    assert api.get(f"accounts/{made['id']}").json["owner_id"] in {str(one) for one in reps}
    assert api.get(f"accounts/{mine['id']}").json["owner_id"] == str(alice.user_id)


@pytest.mark.parametrize("url", [URL, "/settings/pool"])
def test_a_page_leads_to_each_type_that_has_a_pool(alice: Person, url: str) -> None:
    page = alice.client.get(url).text
    for kind in ("account", "lead"):
        assert f'href="{url}?type={kind}"' in page
    assert "· Leads" in alice.client.get(f"{url}?type=lead").text


def test_leads_have_rules_of_their_own(
    alice: Person, bob: Person, worker: Worker, program: Programs
) -> None:
    sent = {"name": "Leads", "strategy": "in_turn", "people": str(bob.user_id)}
    assert alice.client.post(f"{URL}/new?type=lead", data=sent).status_code == 303
    assert "No rules yet" in alice.client.get(URL).text
    assert "Leads" in alice.client.get(f"{URL}?type=lead").text
    api = program(alice)
    lead = api.post("leads", {"last_name": "Fence", "owner_id": None}).json
    other = api.post("accounts", {"name": "Fence & Sons", "owner_id": None}).json
    worker.drain()
    assert api.get(f"leads/{lead['id']}").json["owner_id"] == str(bob.user_id)
    assert api.get(f"accounts/{other['id']}").json["owner_id"] is None


def test_where_nobody_can_take_it_it_stays_and_who_assigns_is_told(
    acme: Workspace, alice: Person, worker: Worker, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        made = rule(by, "Nobody there", capacity="1")
        for user_id in reps:
            make_account(by, "Theirs", owner_id=user_id)
        record = firm(by)
    worker.drain()
    with acme.acting(alice) as by:
        assert by.session.get_one(Account, record.id).owner_id is None
        told = by.session.scalars(select(Notice).where(Notice.user_id == alice.user_id)).all()
        texts = [one.text for one in told]
        assert "Nobody could take 1 account: Nobody there." in texts  # Reps may not assign.
        assert made.created_by_id == alice.user_id


def test_a_workspace_without_rules_asks_nothing(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with acme.acting(alice) as by:
        firm(by, "First")
        with Statements() as made:
            firm(by, "Second")
    assert not [one for one in made.said if "assignment_" in one or "jobs" in one]
    assert "Assign automatically" not in alice.client.get("/accounts?owner_id__isnull=true").text


def test_many_are_assigned_at_once_and_undone(
    acme: Workspace, alice: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        ids = [str(firm(by, f"Firm {at}").id) for at in range(4)]
        rule(by)
    assert "Assign automatically" in alice.client.get("/accounts?owner_id__isnull=true").text
    alice.client.post("/accounts/bulk", data={"verb": "distribute", "id": ids})
    with acme.acting(alice) as by:
        owners = by.session.scalars(select(Account.owner_id).order_by(Account.id)).all()
        assert [reps[one] for one in owners if one] == ["Bob", "Erin", "Finn", "Bob"]
        change = by.session.scalars(select(BulkChange)).one()
        assert change.done == 4
    alice.client.post(f"/accounts/bulk/{change.id}/undo")
    with acme.acting(alice) as by:
        owners = by.session.scalars(select(Account.owner_id).order_by(Account.id)).all()
        assert owners == [None] * 4


def test_those_who_ask_at_once_are_served_in_turn_and_a_record_once(
    acme: Workspace, alice: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        rule(by)
        ids = [firm(by, f"Firm {at}").id for at in range(12)]
    barrier, answers = Barrier(12), list[str]()

    def ask(record_id: UUID) -> None:
        mine = Workspace(acme.facts, acme.engine_app)
        barrier.wait()
        try:
            with mine.acting(alice) as by:
                record = by.session.get_one(Account, record_id)
                perform("account", "distribute", record, by=by)
            answers.append("given")
        except (Conflict, Refused):
            answers.append("refused")

    # Six of them are asked for twice at the same moment.
    threads = [Thread(target=ask, args=(one,)) for one in (*ids[:6], *ids[:6])]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == ["given"] * 6 + ["refused"] * 6
    with acme.acting(alice) as by:
        owners = by.session.scalars(select(Account.owner_id).where(Account.id.in_(ids[:6]))).all()
        assert sorted(reps[one] for one in owners if one) == sorted(["Bob", "Erin", "Finn"] * 2)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": ""}, "name"),
        ({"group": ""}, "group"),
        ({"group": "role:x"}, "group"),
        ({"strategy": "dice"}, "strategy"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"view": "x"}, "view"),
        ({"calendar": "x"}, "calendar"),
    ],
)
def test_what_is_no_rule_is_refused_beside_its_field(
    acme: Workspace, alice: Person, wish: dict[str, str], field: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        rule(by, **wish)
    assert list(refused.value.errors) == [field]


def test_the_page_makes_orders_switches_and_removes(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    assert "No rules yet" in alice.client.get(URL).text
    with acme.acting(alice) as by:
        group = f"role:{role_by_key(by.session, 'sales_rep').id}"
    sent = {"name": "Reps", "group": group, "strategy": "in_turn", "capacity": "9", "in_hours": "1"}
    assert alice.client.post(f"{URL}/new?type=account", data=sent).status_code == 303
    assert (
        alice.client.post(f"{URL}/new?type=account", data=sent | {"name": "B"}).status_code == 303
    )
    odd = alice.client.post(f"{URL}/new?type=account", data=sent | {"capacity": "x"})
    assert odd.status_code == 422
    assert 'value="x"' in odd.text
    shown = alice.client.get(URL).text
    assert "In turn" in shown
    assert "in business hours only" in shown
    with acme.acting(alice) as by:
        first, second = rules.rules_of(registry().type("account"), by)
    assert alice.client.post(f"{URL}/{second.id}/up").status_code == 303
    assert alice.client.post(f"{URL}/{second.id}/off").status_code == 303
    assert alice.client.post(f"{URL}/{first.id}/delete").status_code == 303
    assert bob.client.get(URL).status_code == 403
    assert bob.client.post(f"{URL}/{second.id}/on").status_code == 403
    with acme.acting(bob) as by:
        with pytest.raises(NotPermitted):
            rule(by)
        with pytest.raises(NotPermitted):
            perform("account", "distribute", by.session.get_one(Account, firm(by).id), by=by)


def test_whoever_types_a_record_in_leaves_its_owner_to_the_rules_and_sees_who_got_it(
    acme: Workspace, alice: Person, reps: dict[UUID, str]
) -> None:
    asked = "Left empty, the rules of assignment choose who gets it."
    mine = f'<option value="{alice.user_id}" selected>'
    before = alice.client.get("/accounts/new").text
    assert mine in before
    assert asked not in before
    with acme.acting(alice) as by:
        rule(by)
    form = alice.client.get("/accounts/new").text
    assert mine not in form
    assert asked in form
    assert form.index(asked) < form.index("<details")
    assert mine in alice.client.get(f"/accounts/new?owner_id={alice.user_id}").text
    sent = alice.client.post("/accounts/new", data={"name": "Free Fences", "owner_id": ""})
    shown = alice.client.get(sent.headers["Location"]).text
    assert "assigned this by a rule:" in shown
    assert "Free Fences was added and assigned to Bob Baker." in shown
    own = {"name": "My Fences", "owner_id": str(alice.user_id)}
    kept = alice.client.post("/accounts/new", data=own)
    assert "assigned this by a rule:" not in alice.client.get(kept.headers["Location"]).text
    with acme.acting(alice) as by:
        rows = by.session.execute(select(Account.name, Account.owner_id))
        owners = {row.name: row.owner_id for row in rows}
        told = by.session.scalars(select(Event).where(Event.verb == "distributed")).all()
    assert reps[owners["Free Fences"]] == "Bob"
    assert owners["My Fences"] == alice.user_id
    assert len(told) == 1


def test_what_nobody_can_take_at_once_is_saved_without_an_owner(
    acme: Workspace, alice: Person, reps: dict[UUID, str]
) -> None:
    with acme.acting(alice) as by:
        rule(by, capacity="1")
        for at in range(3):
            give(by, firm(by, f"Firm {at}"), reps)
    data = {"name": "One too many", "owner_id": ""}
    sent = alice.client.post("/accounts/new", data=data)
    assert "One too many was added." in alice.client.get(sent.headers["Location"]).text
    with acme.acting(alice) as by:
        made = by.session.scalars(select(Account).where(Account.name == "One too many")).one()
    assert made.owner_id is None
