"""Operators sign in at the service's address, and nowhere else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from tenants.control import Operator, OperatorEvent, OperatorSession
from tests.cast import PASSWORD, HostClient, Person, Workspace, visitor
from tests.conftest import Clock


def rows(owner: Engine, query: Any) -> list[Any]:
    with Session(owner) as session:
        return list(session.scalars(query))


def sign_in(client: HostClient, email: str, password: str = PASSWORD, **more: str) -> Any:
    data = {"email": email, "password": password, **more}
    return client.post("/operator/login", data=data)


def plain(html: str, email: str) -> str:
    """A page without what differs from one answer to the next: the token, what was typed."""
    return re.sub(r'(content|value)="[^"]+\.[\w-]+\.[\w-]+"', "", html.replace(email, ""))


def test_an_operator_signs_in(guest: HostClient, olga: str, owner: Engine) -> None:
    answer = sign_in(guest, " OLGA@zuke.example ")
    assert (answer.status_code, answer.location) == (303, "/operator")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("operator="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie
    (session,) = rows(owner, select(OperatorSession))
    assert session.token_hash not in cookie
    assert [
        one.verb
        for one in rows(owner, select(OperatorEvent).order_by(OperatorEvent.at, OperatorEvent.id))
    ][-1] == "signed_in"
    assert guest.get("/operator").status_code == 200


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    guest: HostClient, olga: str, owner: Engine
) -> None:
    wrong = sign_in(guest, olga, "not-the-password")
    unknown = sign_in(guest, "nobody@zuke.example", "not-the-password")
    assert wrong.status_code == unknown.status_code == 422
    assert plain(wrong.text, olga) == plain(unknown.text, "nobody@zuke.example")
    assert rows(owner, select(OperatorSession)) == []
    failed = select(OperatorEvent).where(OperatorEvent.verb == "sign_in_failed")
    assert len(rows(owner, failed)) == 2


def test_after_five_wrong_passwords_this_address_waits(
    app: Flask, guest: HostClient, olga: str, clock: Clock
) -> None:
    for _attempt in range(5):
        assert sign_in(guest, olga, "wrong").status_code == 422
    refused = sign_in(guest, olga)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    elsewhere = visitor(app)
    answer = elsewhere.post(
        "/operator/login",
        data={"email": olga, "password": PASSWORD},
        environ_overrides={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert answer.status_code == 303
    clock.shift(timedelta(minutes=15))
    assert sign_in(guest, olga).status_code == 303


def test_without_a_forgery_token_nobody_signs_in(
    guest: HostClient, olga: str, owner: Engine
) -> None:
    data = {"email": olga, "password": PASSWORD}
    assert guest.post("/operator/login", data=data, csrf=False).status_code == 400
    assert rows(owner, select(OperatorSession)) == []


def test_signing_out_ends_the_session_on_the_server(console: HostClient, owner: Engine) -> None:
    token = console.get_cookie("operator", domain="zuke.test").value  # type: ignore[union-attr]
    assert console.post("/operator/logout").location == "/operator/login"
    assert rows(owner, select(OperatorSession)) == []
    console.set_cookie("operator", token, domain="zuke.test")
    assert console.get("/operator").status_code == 303


def test_a_session_ends_after_ten_hours(app: Flask, olga: str, clock: Clock) -> None:
    client = visitor(app)
    sign_in(client, olga)
    clock.shift(timedelta(hours=9))
    assert client.get("/operator").status_code == 200
    clock.shift(timedelta(hours=2))
    assert client.get("/operator").location == "/operator/login"


def test_an_operator_who_left_is_out_at_once(console: HostClient, owner: Engine) -> None:
    with Session(owner) as session, session.begin():
        session.execute(update(Operator).values(is_active=False))
    assert console.get("/operator").status_code == 303


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/operator", ""),
        ("/operator/mail", "?next=/operator/mail"),
        ("/operator/mail/x", "?next=/operator/mail/x"),
    ],
)
def test_a_visitor_is_led_to_the_sign_in_and_on(guest: HostClient, path: str, wanted: str) -> None:
    answer = guest.get(path)
    assert (answer.status_code, answer.location) == (303, f"/operator/login{wanted}")


def test_a_workspaces_owner_is_no_operator(app: Flask, alice: Person, console: HostClient) -> None:
    token = console.get_cookie("operator", domain="zuke.test").value  # type: ignore[union-attr]
    assert alice.client.get("/operator").status_code == 404
    alice.client.set_cookie("operator", token, domain=alice.workspace.host)
    assert alice.client.get("/operator").status_code == 404
    session = alice.client.get_cookie("session", domain=alice.workspace.host)
    stranger = visitor(app)
    assert session is not None
    stranger.set_cookie("operator", session.value, domain="zuke.test")
    stranger.set_cookie("session", session.value, domain="zuke.test")
    assert stranger.get("/operator").status_code == 303


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/login", "/operator/login", ""],
)
def test_signing_in_leads_into_the_console_only(guest: HostClient, olga: str, target: str) -> None:
    assert sign_in(guest, olga, next=target).location == "/operator"


def test_signing_in_leads_on_to_the_page_that_was_wanted(guest: HostClient, olga: str) -> None:
    assert sign_in(guest, olga, next="/operator/mail").location == "/operator/mail"


@pytest.mark.parametrize("email", ["x" * 5000, "a\x00b", "😀", "'; DROP TABLE--"])
def test_strange_addresses_are_no_trouble(guest: HostClient, olga: str, email: str) -> None:
    assert sign_in(guest, email, "y" * 5000).status_code == 422


def test_a_workspaces_address_has_no_console(app: Flask, acme: Workspace) -> None:
    assert visitor(app, acme).get("/operator/login").status_code == 404
