"""What somebody allowed while they could: invitations of those demoted since, and support."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.automation.approvals.models import State
from app.identity.models import User
from app.identity.operations.invitations import invite, open_invitations
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import find_by_email
from app.identity.usage import seats
from tests.automation.approvals.conftest import Rule, colleague, only_request, rule
from tests.automation.approvals.test_gate import account, stands
from tests.cast import HostClient, Person, Workspace, visitor
from tests.identity.conftest import outbox
from tests.operator.conftest import console, olga
from tests.operator.test_support import allow, come_in, ticket_of

__all__ = ["console", "olga", "outbox", "rule"]

JOINING = {"name": "Mallory", "email": "m@elsewhere.example", "password": "a quite different one"}


def demote(house: Workspace, person: Person, key: str) -> None:
    with house.scope() as session:
        session.get_one(User, person.user_id).role_id = role_by_key(session, key).id


@pytest.mark.parametrize("way", ["link", "qr", "mail"])
def test_an_admin_who_was_demoted_comes_back_by_no_invitation_of_their_own(
    app: Flask, acme: Workspace, alice: Person, outbox: object, way: str
) -> None:
    admin = colleague(alice, "Ada Admin", "admin")
    with acme.acting(admin) as by:
        admins = role_by_key(by.session, "admin")
        to = JOINING["email"] if way == "mail" else ""
        secret = invite(by, way=way, role=admins, email=to).url.rsplit("/", 1)[1]
    demote(acme, admin, "viewer")
    guest = visitor(app, acme)
    assert guest.get(f"/invitations/{secret}").status_code == 404
    assert guest.post(f"/invitations/{secret}", data=JOINING).status_code == 404
    with acme.scope() as session:
        assert find_by_email(session, JOINING["email"]) is None


def test_an_invitation_that_is_dead_stands_nowhere_and_keeps_no_seat(
    acme: Workspace, alice: Person, outbox: object
) -> None:
    admin = colleague(alice, "Ada Admin", "admin")
    for person, email in ((alice, "mine@acme.example"), (admin, "theirs@acme.example")):
        with acme.acting(person) as by:
            invite(by, way="mail", role=role_by_key(by.session, "admin"), email=email)
    with acme.acting(alice) as by:
        before = seats.taken(by)
        assert len(open_invitations(by)) == 2
    demote(acme, admin, "viewer")
    with acme.acting(alice) as by:
        assert [one.email for one in open_invitations(by)] == ["mine@acme.example"]
        assert seats.taken(by) == before - 1
    page = alice.client.get("/settings/people").text
    assert "mine@acme.example" in page
    assert "theirs@acme.example" not in page
    with acme.acting() as by:  # What the command line made lives whoever is there.
        invite(by, way="mail", role=role_by_key(by.session, "owner"), email="line@acme.example")
    with acme.acting(alice) as by:
        assert len(open_invitations(by)) == 2


Enter = Callable[..., HostClient]


@pytest.fixture
def enter(app: Flask, acme: Workspace, alice: Person, console: HostClient) -> Enter:
    """Alice consents, Olga comes in."""
    return lambda **changes: come_in(app, acme, ticket_of(console, allow(alice, **changes)))


def test_support_decides_nothing_in_the_name_of_who_consented(
    enter: Enter, alice: Person, bob: Person, rule: Rule
) -> None:
    record_id = account(bob, city="York")
    rule("account", "update", fields=["city"])
    bob.client.post(
        f"/accounts/{record_id}/edit", data={"name": "Fence & Sons", "city": "Hull", "version": "1"}
    )
    request = only_request(alice)
    olga = enter(may_write="1")
    for verb, data in (
        ("approve", {"version": "1"}),
        ("reject", {"text": "No"}),
        ("comment", {"text": "Well"}),
        ("recall", {}),
        ("hand-on", {"user_id": str(bob.user_id)}),
    ):
        answer = olga.post(f"/approvals/{request.id}/{verb}", data=data)
        assert answer.status_code == 403, verb
    answer = olga.post("/approvals/approve", data={"id": str(request.id)})
    assert answer.status_code == 403
    assert only_request(alice).state == State.WAITING
    assert stands(bob, record_id).city == "York"


def test_support_sends_nothing_out_of_the_house(enter: Enter, bob: Person) -> None:
    record_id = account(bob, city="York")
    olga = enter(may_write="1")
    assert olga.get(f"/accounts/{record_id}").status_code == 200
    place = f"/accounts/{record_id}/mail"
    assert (olga.get(place).status_code, olga.post(place, data={}).status_code) == (403, 403)
    assert olga.post("/home/reset").status_code == 403
    assert olga.post("/reports/mail", data={"report": "x"}).status_code == 403
