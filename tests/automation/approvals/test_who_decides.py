"""Who is asked and who may answer: managers of owners, four eyes, tokens, a workspace at rest."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.automation.approvals.absences import add_absence
from app.automation.approvals.decide import approve, comment
from app.automation.approvals.facts import Level
from app.automation.approvals.find import my_steps
from app.automation.approvals.models import ApprovalRequest, State
from app.automation.pages.approval_cards import shown
from app.crm.models import Account
from app.identity.models import Team, User
from app.identity.operations.roles import role_by_key
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_role
from app.jobs.worker import Worker
from app.kernel.errors import Held, NotPermitted, Refused
from app.records import gate
from app.records.door import perform
from tenants.facts import TenantFacts
from tests.automation.approvals.conftest import (
    Rule,
    asked,
    by_role,
    colleague,
    only_request,
    people,
    requests,
)
from tests.automation.approvals.test_gate import account, ask, stands
from tests.cast import Person
from tests.records.api.conftest import Programs, program
from tests.records.imports.conftest import allow, sheet, take_in, why

__all__ = ["program"]


def put_into(team: str, alice: Person, *persons: Person) -> None:
    """A team of its own for some people."""
    with alice.workspace.acting(alice) as by:
        made: Team = create_team(by, name=team)
        ids = [one.user_id for one in persons]
        by.session.execute(update(User).where(User.id.in_(ids)).values(team_id=made.id))


@pytest.mark.parametrize("way", ["door", "import"])
def test_who_gives_a_record_away_asks_the_manager_of_whose_it_was(
    alice: Person, bob: Person, rule: Rule, no_files: None, way: str
) -> None:
    for verb in ("update", "import"):
        allow(bob.workspace, "sales_rep", verb)
    mara = colleague(alice, "Mara Moor", "manager")
    nora = colleague(alice, "Nora Nash", "manager")
    nick = colleague(alice, "Nick Nell")
    put_into("North", alice, mara, bob)
    put_into("South", alice, nora, nick)
    record_id = account(bob)
    rule("account", "update", Level("owner_manager"), fields=["owner_id"])
    if way == "door":
        with bob.workspace.acting(bob) as by:
            record = by.session.get_one(Account, record_id)
            with pytest.raises(Held, match="needs the approval of Mara Moor") as held:
                perform("account", "update", record, by=by, owner_id=str(nick.user_id))
            gate.keep(held.value, by)
    else:
        file = sheet(["Name", "Owner"], ["Fence & Sons", nick.part.email])
        columns = {"Name": "name", "Owner": "owner_id"}
        run = take_in(bob, "account", file, columns, mode="update", match_on="name")
        assert why(bob, run) == {}
    request = only_request(alice)
    assert request.owner_id == bob.user_id
    assert asked(alice, request) == [mara.user_id]


def test_the_new_owner_s_manager_does_not_take_a_record_unasked(
    alice: Person, bob: Person, rule: Rule
) -> None:
    mara = colleague(alice, "Mara Moor", "manager")
    nora = colleague(alice, "Nora Nash", "manager")
    nick = colleague(alice, "Nick Nell")
    put_into("North", alice, mara, bob)
    put_into("South", alice, nora, nick)
    allow(bob.workspace, "manager", "update")
    record_id = account(bob)
    rule("account", "update", Level("owner_manager"), fields=["owner_id"])
    ask(nora, "update", record_id, owner_id=str(nick.user_id))
    assert stands(bob, record_id).owner_id == bob.user_id
    request_id = only_request(alice).id
    with mara.workspace.acting(mara) as by:
        assert approve(request_id, by).is_done


def test_four_eyes_hold_for_who_stands_in(
    alice: Person, bob: Person, dora: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(dora), four_eyes=True)
    ask(bob, "delete", record_id)
    with dora.workspace.acting(dora) as by:
        add_absence(by, by.session.get_one(User, bob.user_id), by.today(), by.today())
    request_id = only_request(alice).id
    with bob.workspace.acting(bob) as by:
        request = by.session.get_one(ApprovalRequest, request_id)
        assert my_steps(request, by) == []
        assert [one.may_decide for one in shown([request], by)] == [False]
        with pytest.raises(NotPermitted):
            approve(request.id, by)
    assert stands(bob, record_id).deleted_at is None
    with dora.workspace.acting(dora) as by:
        request = by.session.get_one(ApprovalRequest, request_id)
        assert [one.may_decide for one in shown([request], by)] == [True]
        assert approve(request_id, by).is_done


def test_four_eyes_hold_where_an_approver_lost_the_role(
    alice: Person, bob: Person, rule: Rule, worker: Worker
) -> None:
    """Who is left is Mara herself, as an owner: never Alice, who asked."""
    mara = colleague(alice, "Mara Moor", "manager")
    record_id = account(alice)
    with alice.workspace.acting(alice) as by:
        level = by_role(by, "manager")
    rule("account", "delete", level, four_eyes=True)
    ask(alice, "delete", record_id)
    with alice.workspace.acting(alice) as by:
        change_role(by, by.session.get_one(User, mara.user_id), role_by_key(by.session, "owner"))
    worker.drain()
    assert asked(alice, only_request(alice)) == [mara.user_id]


def test_a_token_lists_only_requests_of_what_it_may_read(
    alice: Person, bob: Person, rule: Rule, program: Programs
) -> None:
    rule("account", "create")
    ask(bob, "create", name="Secret Ltd")
    narrow = program(alice, "contact:read", "approval:manage")
    assert narrow.get("approvals").json["data"] == []
    assert narrow.get(f"approvals/{only_request(alice).id}").status_code == 404
    (one,) = program(alice, "account:read").get("approvals").json["data"]
    assert one["title"] == "Secret Ltd"
    assert len(program(alice).get("approvals").json["data"]) == 1


def test_what_moved_since_is_not_approved_by_a_tick(alice: Person, bob: Person, rule: Rule) -> None:
    record_id = account(bob, city="York")
    rule("account", "update", fields=["address"])
    ask(bob, "update", record_id, address="1 High Street")
    with bob.workspace.acting(bob) as by:
        perform("account", "update", by.session.get_one(Account, record_id), by=by, city="Hull")
    request = only_request(alice)
    page = alice.client.get("/approvals").text
    ticked = f"{request.id}@1"
    assert f'value="{ticked}"' in page
    alice.client.post("/approvals/approve", data={"request": [ticked]})
    assert only_request(alice).state == State.WAITING
    assert stands(bob, record_id).address is None


def test_a_workspace_at_rest_decides_nothing(
    alice: Person, bob: Person, rule: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule("account", "create")
    ask(bob, "create", name="New")
    request = only_request(alice)
    monkeypatch.setattr(TenantFacts, "is_read_only", property(lambda _self: True))
    with alice.workspace.acting(alice) as by, pytest.raises(Refused, match="read-only"):
        comment(request.id, by, text="Why?")
    url = f"/approvals/{request.id}"
    for verb, form in (("reject", {"text": "No"}), ("approve", {}), ("recall", {})):
        answer = alice.client.post(f"{url}/{verb}", data=form)
        assert answer.status_code == 422, verb
        assert "read-only" in answer.text
    assert [one.state for one in requests(alice)] == [State.WAITING]


def test_nobody_decides_their_own_request_in_somebody_else_s_place(
    alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob)
    rule("account", "delete", people(alice))
    with alice.workspace.acting(alice) as by:
        add_absence(by, by.session.get_one(User, bob.user_id), by.today(), by.today())
    ask(bob, "delete", record_id)
    request_id = only_request(alice).id
    with bob.workspace.acting(bob) as by, pytest.raises(NotPermitted):
        approve(request_id, by)
    inbox = bob.client.get("/approvals").text
    assert "you don’t decide it in somebody else’s place" in inbox
    assert "data-approve" not in inbox
    with alice.workspace.acting(alice) as by:
        assert approve(request_id, by).is_done
