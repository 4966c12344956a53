"""Operators need a second step; their console answers from where it may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from config.settings import Settings, SettingsError, load_settings
from tenants.control import Operator, OperatorCode, OperatorSession
from tests.cast import PASSWORD, HostClient, visitor
from tests.conftest import Clock

CODE = "/operator/login/code"


@pytest.fixture
def strict(app: Flask) -> Iterator[Settings]:
    """Let the application ask for the second step, as it does everywhere but in tests."""
    before: Settings = app.extensions["settings"]
    app.extensions["settings"] = before.model_copy(update={"operator_two_factor": True})
    yield app.extensions["settings"]
    app.extensions["settings"] = before


def enter(app: Flask, email: str) -> HostClient:
    client = visitor(app)
    answer = client.post("/operator/login", data={"email": email, "password": PASSWORD})
    assert answer.location == f"{CODE}?next=/operator"
    client.visit(None)
    return client


def set_up(client: HostClient, clock: Clock) -> tuple[str, list[str]]:
    """Scan the code and confirm it; answers with the secret and the recovery codes."""
    found = re.search(r"<code>([A-Z2-7]{32})</code>", client.get(CODE).text)
    assert found is not None
    answer = client.post(CODE, data={"code": pyotp.TOTP(found[1]).at(clock.now)})
    assert answer.status_code == 200
    client.visit(None)
    return found[1], re.findall(r"<li>([a-z0-9-]+)</li>", answer.text)


def test_the_first_sign_in_sets_it_up_and_nothing_opens_before(
    app: Flask, olga: str, strict: Settings, clock: Clock, owner: Engine
) -> None:
    client = enter(app, olga)
    assert client.get("/operator").location == "/operator/login"
    assert client.get("/operator/jobs").status_code == 303
    assert client.post("/operator/workspaces/acme/suspend").status_code == 401
    secret, codes = set_up(client, clock)
    assert len(codes) == 10
    assert client.get("/operator").status_code == 200
    with Session(owner) as session:
        row = session.scalars(select(Operator)).one()
        assert row.totp_secret is not None
        assert secret not in row.totp_secret


def test_each_sign_in_asks_for_a_code_that_works_once(
    app: Flask, olga: str, strict: Settings, clock: Clock
) -> None:
    secret, _codes = set_up(enter(app, olga), clock)
    used = pyotp.TOTP(secret).at(clock.now)
    client = enter(app, olga)
    assert "QR" not in client.get(CODE).text
    assert client.post(CODE, data={"code": used}).status_code == 422
    assert client.post(CODE, data={"code": "000000"}).status_code == 422
    clock.shift(timedelta(seconds=60))
    answer = client.post(CODE, data={"code": pyotp.TOTP(secret).at(clock.now)})
    assert (answer.status_code, answer.location) == (303, "/operator")


def test_a_recovery_code_stands_in_once(
    app: Flask, olga: str, strict: Settings, clock: Clock, owner: Engine
) -> None:
    _secret, codes = set_up(enter(app, olga), clock)
    first, second = enter(app, olga), enter(app, olga)
    assert first.post(CODE, data={"code": codes[0].upper()}).status_code == 303
    assert second.post(CODE, data={"code": codes[0]}).status_code == 422
    with Session(owner) as session:
        used = select(OperatorCode).where(OperatorCode.used_at.is_not(None))
        assert len(session.scalars(used).all()) == 1


def test_who_has_the_password_alone_draws_no_new_secret(
    app: Flask, olga: str, strict: Settings, clock: Clock
) -> None:
    set_up(enter(app, olga), clock)
    thief = enter(app, olga)
    page = thief.get(CODE).text
    assert re.search(r"[A-Z2-7]{32}", page) is None
    for _try in range(8):
        assert thief.post(CODE, data={"code": "123456"}).status_code == 422
    assert thief.post(CODE, data={"code": "123456"}).status_code == 429


def test_the_half_way_ends_after_ten_minutes(
    app: Flask, olga: str, strict: Settings, clock: Clock, owner: Engine
) -> None:
    client = enter(app, olga)
    clock.shift(timedelta(minutes=11))
    assert client.get(CODE).location == "/operator/login"
    with Session(owner) as session, session.begin():
        session.execute(update(OperatorSession).values(second_at=clock.now))
    assert client.get("/operator").status_code == 200
    with Session(owner) as session, session.begin():
        session.execute(update(Operator).values(is_active=False))
    assert client.get("/operator").status_code == 303


def test_the_demos_operator_needs_none(app: Flask, olga: str, demo: Settings) -> None:
    app.extensions["settings"] = demo.model_copy(update={"operator_two_factor": True})
    client = visitor(app)
    answer = client.post("/operator/login", data={"email": olga, "password": PASSWORD})
    assert answer.location == "/operator"


def test_from_outside_the_networks_there_is_no_console(
    app: Flask, console: HostClient, settings: Settings
) -> None:
    before = app.extensions["settings"]
    try:
        for networks, status in (
            ("10.0.0.0/8", 404),
            ("10.0.0.0/8, 127.0.0.1", 200),
            ("2001:db8::/32", 404),
            ("", 200),
        ):
            app.extensions["settings"] = before.model_copy(update={"operator_networks": networks})
            assert console.get("/operator").status_code == status, networks
            assert console.get("/operator/jobs").status_code == status
            sign_in = visitor(app).get("/operator/login").status_code
            assert sign_in == status
            assert visitor(app).get("/").status_code == 200
    finally:
        app.extensions["settings"] = before


def test_a_network_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_NETWORKS", "everywhere")
    with pytest.raises(SettingsError, match="OPERATOR_NETWORKS"):
        load_settings()
