"""Handovers and mails of news, planned by those who may not and sent what they should not get."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.handover.models import Handover
from app.handover.operations.draft import add_rule, drop_draft, keep_draft
from app.handover.rules import Rule
from app.identity.models import Grant, User
from app.identity.operations.news_mail import choose_mails
from app.kernel.errors import NotPermitted, Previewing, Refused
from app.kernel.ids import new_id
from tenants.control import State
from tests.attacks.program import Programs
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact

MARK = "Larkspur"


def place(person: Person) -> str:
    return f"/settings/people/{person.user_id}/handover"


def let(acme: Workspace, person: Person, *entries: tuple[str, str]) -> None:
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        for kind, verb in entries:
            session.add(Grant(id=new_id(), role_id=role.id, record_type=kind, verb=verb, reach=3))
        role.stamp = new_id()


def begun(acme: Workspace) -> list[UUID]:
    with acme.scope() as session:
        asked = select(Handover.id).where(Handover.started_at.is_not(None))
        return list(session.scalars(asked))


@pytest.fixture
def firm(acme: Workspace, bob: Person) -> UUID:
    with acme.acting(bob) as by:
        made = make_account(by, MARK).id
        make_contact(by, MARK, account_id=str(made))
        make_activity(by, body=f"{MARK} lunch", account_id=str(made))
        return made


def test_only_who_manages_people_hands_over_what_they_hold(
    acme: Workspace,
    alice: Person,
    bob: Person,
    dora: Person,
    charlie: Person,
    firm: UUID,
    program: Programs,
) -> None:
    data = {"leaves": "1", "rest_to_id": str(dora.user_id), "do": "start"}
    body = {"rest_to_id": str(dora.user_id)}
    for person in (bob, dora, charlie):
        for colleague in (alice, bob):
            for path in (place(colleague), f"{place(colleague)}/rule?type=account"):
                assert person.client.get(path).status_code in (403, 404)
                assert person.client.post(path, data=data).status_code in (403, 404)
            path = f"users/{colleague.user_id}/handover"
            assert program(person).post(path, body).status_code in (403, 404)
    assert begun(acme) == []


def test_who_manages_people_hands_over_nobody_above_them(
    acme: Workspace, alice: Person, bob: Person, dora: Person, program: Programs
) -> None:
    let(acme, bob, ("user", "manage"))
    with acme.acting(alice) as by:
        make_account(by, MARK)
    data = {"leaves": "1", "rest_to_id": str(bob.user_id), "do": "start"}
    assert bob.client.post(place(alice), data=data).status_code == 403
    path = f"users/{alice.user_id}/handover"
    assert program(bob).post(path, {"rest_to_id": str(bob.user_id)}).status_code == 403
    assert program(bob).post(path, {"dry_run": True}).status_code == 403
    assert begun(acme) == []


def test_a_token_that_may_only_read_people_hands_nothing_over(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID, program: Programs
) -> None:
    path = f"users/{bob.user_id}/handover"
    body = {"rest_to_id": str(dora.user_id)}
    for scopes in (("account:read",), ("account:update",), ("user:manage",)):
        assert program(alice, *scopes).post(path, body).status_code == 403, scopes
    assert begun(acme) == []


@pytest.mark.parametrize("way", ["read-only", "preview"])
def test_nothing_of_a_plan_is_kept_where_nothing_may_change(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID, way: str
) -> None:
    with acme.acting(alice) as by:
        keep_draft(by, by.session.get_one(User, bob.user_id), leaves=True, rest_to_id=None)
    rule = Rule("account", (), (dora.user_id,))
    with acme.acting(alice) as actor:
        user = actor.session.get_one(User, bob.user_id)
        by = replace(actor, previews=user)
        if way == "read-only":
            by = replace(actor, tenant=replace(actor.tenant, state=State.PAST_DUE))
        for change in (partial(add_rule, by, user, rule), partial(drop_draft, by, user)):
            with pytest.raises((NotPermitted, Previewing, Refused)):
                change()


@pytest.mark.parametrize(
    "do",
    [
        "rule.",
        "rule.nope",
        "rule.a\r\nX-Evil: 1",
        "rule.//evil.example",
        "drop.x",
        "drop.-1",
        "drop.99999999999999999999",
        "x",
        "",
        "forget.1",
    ],
)
def test_odd_orders_of_the_plan_change_no_rule(
    acme: Workspace, alice: Person, bob: Person, firm: UUID, do: str
) -> None:
    form = {"to": str(alice.user_id)}
    assert alice.client.post(f"{place(bob)}/rule?type=account", data=form).status_code == 303
    answer = alice.client.post(place(bob), data={"do": do, "leaves": "1"})
    assert answer.status_code in (303, 404, 422)
    assert "X-Evil" not in answer.headers
    assert answer.headers.get("Location", "/").startswith("/")
    if do.startswith("drop"):
        with acme.scope() as session:
            assert len(session.scalars(select(Handover)).one().rules) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rest_to_id": 7},
        {"rest_to_id": "x"},
        {"rest_to_id": str(uuid4())},
        {"rules": "x"},
        {"rules": [7]},
        {"rules": [{}]},
        {"rules": [{"record_type": "account", "to": "x"}]},
        {"rules": [{"record_type": "user", "to": [str(uuid4())]}]},
        {"rules": [{"record_type": ["account"], "to": []}]},
        {"rules": [{"record_type": "account", "to": [None]}]},
        {"rules": [{"record_type": "account", "to": [str(uuid4())], "filter": 7}]},
        {"rules": [{"record_type": "account", "to": [str(uuid4())], "filter": {"a": {}}}]},
        {"rules": [{"record_type": "account", "to": [str(uuid4())]}] * 51},
        {"promises": [{}]},
        {"promises": "x", "rest_to_id": None},
        {"dry_run": "x"},
        {"leaves": "no"},
        {"nope": 1},
    ],
)
def test_odd_plans_of_programs_are_refused(
    acme: Workspace,
    alice: Person,
    bob: Person,
    firm: UUID,
    program: Programs,
    body: dict[str, Any],
) -> None:
    answer = program(alice).post(f"users/{bob.user_id}/handover", body)
    assert answer.status_code == 422, answer.text
    assert begun(acme) == []


def test_a_receiver_reads_no_more_than_their_role_and_strangers_nothing(
    acme: Workspace,
    alice: Person,
    bob: Person,
    dora: Person,
    charlie: Person,
    firm: UUID,
    program: Programs,
) -> None:
    answer = program(alice).post(
        f"users/{bob.user_id}/handover", {"rest_to_id": str(alice.user_id)}
    )
    assert answer.status_code == 201, answer.text
    (made,) = begun(acme)
    for person in (dora, charlie):
        for path in (f"/handovers/{made}", f"/handovers/{made}/digests"):
            answer = person.client.get(path)
            assert answer.status_code == 404
            assert MARK not in answer.text
        for verb in ("undo", "resume"):
            assert person.client.post(f"/handovers/{made}/{verb}").status_code in (403, 404)
        assert program(person).get(f"handovers/{made}").status_code in (403, 404)
    assert charlie.client.get(f"/accounts/{firm}/digest").status_code == 404


def test_a_digest_of_a_record_out_of_reach_or_in_the_pool_is_none(
    acme: Workspace, alice: Person, bob: Person, firm: UUID
) -> None:
    with acme.acting(alice) as by:
        free = make_account(by, MARK, owner_id=None, phone="+44 20 7946 0011").id
        hers = make_account(by, MARK).id
    for record_id in (free, hers):
        answer = bob.client.get(f"/accounts/{record_id}/digest")
        assert answer.status_code == 404
        assert MARK not in answer.text
    assert bob.client.get(f"/accounts/{firm}/digest").status_code == 200


def test_two_who_hand_over_each_other_leave_nothing_to_nobody(
    acme: Workspace, alice: Person, bob: Person, dora: Person, firm: UUID, program: Programs
) -> None:
    """Bob's goes to Dora; then Dora's goes back to Bob, who is gone."""
    with acme.scope() as session:
        session.get_one(User, dora.user_id).role_id = session.get_one(User, bob.user_id).role_id
    path = "users/{}/handover"
    first = program(alice).post(path.format(bob.user_id), {"rest_to_id": str(dora.user_id)})
    assert first.status_code == 201, first.text
    back = program(alice).post(path.format(dora.user_id), {"rest_to_id": str(bob.user_id)})
    assert back.status_code == 422
    again = program(alice).post(path.format(dora.user_id), {"rest_to_id": str(dora.user_id)})
    assert again.status_code == 422
    with acme.scope() as session:
        assert session.scalar(select(Account.owner_id).where(Account.id == firm)) == dora.user_id


# Mails of news


@pytest.mark.parametrize("at", ["T0800", "0800", "25:00", "08:0", "-1:00", "08:00+01", "８:00"])
def test_odd_times_of_the_daily_mail_are_refused(acme: Workspace, alice: Person, at: str) -> None:
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        with pytest.raises(Refused):
            choose_mails(by, user, {"mentioned": "daily"}, at)
    form = {"news": "mentioned", "mail_mentioned": "daily", "digest_time": at}
    assert alice.client.post("/settings/me/news", data=form).status_code == 422


@pytest.mark.parametrize("way", ["always", "", "once\x00", "' or 1=1", "x" * 999])
def test_odd_ways_of_mailing_are_refused(acme: Workspace, alice: Person, way: str) -> None:
    form = {"mail_mentioned": way}
    assert alice.client.post("/settings/me/news", data=form).status_code in (303, 422)
    with acme.scope() as session:
        assert session.get_one(User, alice.user_id).mailed == {}
