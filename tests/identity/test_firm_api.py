"""Programs read and change the firm's facts, and invite, as their people may."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.identity import limits
from app.identity.models import Invitation
from app.identity.operations.roles import role_by_key
from tenants import resolve
from tests.cast import Person, Workspace, visitor
from tests.records.api.conftest import Program, Programs, fields_in, program

__all__ = ["program"]


@pytest.fixture
def robot(program: Programs, alice: Person) -> Program:
    """A program that may do all that Alice may."""
    return program(alice)


def role_id(workspace: Workspace, key: str) -> str:
    with workspace.scope() as session:
        return str(role_by_key(session, key).id)


def test_the_firm_is_read_and_changed(robot: Program, acme: Workspace) -> None:
    before = robot.get("firm").json
    assert before is not None
    assert (before["slug"], before["name"]) == ("acme", acme.facts.name)
    answer = robot.patch("firm", {"name": "Acme & Daughters", "zone": "Europe/Berlin"})
    assert answer.status_code == 200
    assert answer.json == {**before, "name": "Acme & Daughters", "zone": "Europe/Berlin"}
    resolve.forget()
    assert robot.get("firm").json == answer.json


def test_what_is_not_right_of_the_firm_is_named(robot: Program) -> None:
    wrong = {"zone": "Mars/Olympus", "language": "tlh", "country": "ZZ", "currency": "XXX"}
    assert sorted(fields_in(robot.patch("firm", wrong))) == sorted(wrong)
    assert fields_in(robot.patch("firm", {"slug": "other"})) == ["slug"]
    assert fields_in(robot.patch("firm", {"name": 7})) == ["name"]


def test_only_who_may_changes_the_firm(program: Programs, alice: Person, bob: Person) -> None:
    for one in (program(bob), program(alice, "contact:read")):
        assert one.get("firm").status_code == 403
        assert one.patch("firm", {"name": "Mine"}).status_code == 403


def test_a_link_is_answered_once_and_lets_somebody_in(
    robot: Program, acme: Workspace, app: Flask
) -> None:
    rep = role_id(acme, "sales_rep")
    made = robot.post("invitations", {"way": "link", "role_id": rep, "max_uses": 2})
    assert made.status_code == 201, made.text
    assert made.json is not None
    url, invitation_id = made.json["url"], made.json["id"]
    (listed,) = robot.get("invitations").json["data"]  # type: ignore[index]
    assert (listed["id"], listed["url"], listed["max_uses"]) == (invitation_id, None, 2)
    place = "/" + url.partition("://")[2].partition("/")[2]
    assert visitor(app, acme).get(place).status_code == 200
    assert robot.delete(f"invitations/{invitation_id}").status_code == 204
    assert robot.get("invitations").json["data"] == []  # type: ignore[index]
    assert visitor(app, acme).get(place).status_code == 404


def test_the_link_of_a_mail_is_its_mailbox_s_alone(robot: Program, acme: Workspace) -> None:
    wish = {"way": "mail", "role_id": role_id(acme, "viewer"), "email": "erin@acme.example"}
    made = robot.post("invitations", wish)
    assert made.status_code == 201, made.text
    assert made.json is not None
    assert (made.json["email"], made.json["url"]) == ("erin@acme.example", None)


def test_sent_twice_under_one_key_it_is_one_invitation(robot: Program, acme: Workspace) -> None:
    wish = {"way": "qr", "role_id": role_id(acme, "viewer")}
    answers = [robot.post("invitations", wish, Idempotency_Key="k1") for _time in range(2)]
    assert answers[0].json == answers[1].json
    with acme.scope() as session:
        assert len(session.scalars(select(Invitation)).all()) == 1


def test_what_is_not_right_of_an_invitation_is_named(robot: Program, acme: Workspace) -> None:
    viewer = role_id(acme, "viewer")
    assert fields_in(robot.post("invitations", {"way": "pigeon", "role_id": viewer})) == ["way"]
    assert fields_in(robot.post("invitations", {"way": "mail", "role_id": viewer})) == ["email"]
    much = {"way": "link", "role_id": viewer, "max_uses": 1000}
    assert fields_in(robot.post("invitations", much)) == ["max_uses"]
    nobody = "0190a7d2-0000-7000-8000-00000000dead"
    assert fields_in(robot.post("invitations", {"way": "link", "role_id": nobody})) == ["role_id"]
    owner = {"way": "link", "role_id": role_id(acme, "owner")}
    assert robot.post("invitations", owner).status_code == 403  # A token is no owner.


def test_a_token_invites_nobody_who_may_more_than_itself(
    program: Programs, alice: Person, bob: Person, acme: Workspace
) -> None:
    wish = {"way": "link", "role_id": role_id(acme, "admin")}
    assert program(alice, "user:manage").post("invitations", wish).status_code == 403
    assert program(bob).post("invitations", wish).status_code == 403
    with acme.scope() as session:
        assert session.scalars(select(Invitation)).all() == []


def test_invitations_are_limited(
    robot: Program, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "INVITATION", limits.Limit("invitation:user", 2, 86400))
    wish = {"way": "link", "role_id": role_id(acme, "viewer")}
    for _time in range(2):
        assert robot.post("invitations", wish).status_code == 201
    assert robot.post("invitations", wish).status_code == 429
