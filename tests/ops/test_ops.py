"""What machines ask, on any host and without a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.jobs.enqueue import enqueue
from tests.cast import HostClient, Person, Workspace, visitor

FAR = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def guest(app: Flask, clean: None) -> HostClient:
    return visitor(app)


@pytest.fixture
def broken_version(owner: Engine, clean: None) -> Iterator[None]:
    """Shared tables of another release."""
    _version(owner, "9999")
    yield
    from tenants.history import CONTROL

    _version(owner, CONTROL.head)


def _version(owner: Engine, version: str) -> None:
    with Session(owner) as session, session.begin():
        session.execute(text("UPDATE control.alembic_version SET version_num = :v"), {"v": version})


@pytest.mark.parametrize("host", ["zuke.test", "acme.zuke.test", "unknown.example", "10.0.0.3"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_any_host_is_told(guest: HostClient, acme: Workspace, host: str, path: str) -> None:
    guest.host = host
    answer = guest.get(path)
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_shared_tables_of_another_release_are_not_ready(
    guest: HostClient, broken_version: None
) -> None:
    answer = guest.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert guest.get("/healthz").status_code == 200


def test_without_a_database_the_process_is_alive_and_not_ready(
    guest: HostClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import create_engine

    away = create_engine("postgresql+psycopg2://zuke_app@127.0.0.1:1/none")
    monkeypatch.setattr("tenants.database.SQLAlchemy.engine", away)
    assert guest.get("/healthz").status_code == 200
    answer = guest.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "not ready")  # type: ignore[index]
    metrics = guest.get("/metrics")
    assert metrics.status_code == 200
    assert b"zuke_requests" in metrics.data
    assert b"zuke_jobs{" not in metrics.data


def test_metrics_count_requests_by_route_and_jobs_by_state(
    guest: HostClient, acme: Workspace
) -> None:
    with acme.scope():
        enqueue(acme.actor(), "greet", {})
    guest.get("/healthz")
    body = guest.get("/metrics").text
    assert 'zuke_requests_total{endpoint="ops.healthz",method="GET",status="200"}' in body
    assert 'zuke_request_seconds_bucket{endpoint="ops.healthz",le="0.005",method="GET"}' in body
    assert 'zuke_jobs{kind="greet",state="ready"} 1.0' in body
    assert 'zuke_jobs{kind="all",state="dead"} 0.0' in body
    assert "zuke_job_oldest_due_seconds" in body
    assert "zuke_database_connections_in_use" in body
    assert "acme" not in body


def test_strange_methods_and_paths_make_no_new_series(guest: HostClient) -> None:
    guest.open("/nothing-here", method="BREW")
    body = guest.get("/metrics").text
    assert "BREW" not in body
    assert "nothing-here" not in body


@pytest.mark.parametrize("host", ["zuke.test", "acme.zuke.test", "127.0.0.1"])
def test_strangers_see_no_metrics(guest: HostClient, acme: Workspace, host: str) -> None:
    guest.host = host
    assert guest.get("/metrics", environ_overrides=FAR).status_code == 404


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_what_a_proxy_passed_on_is_a_strangers(guest: HostClient, name: str) -> None:
    assert guest.get("/metrics", headers={name: "127.0.0.1"}).status_code == 404


def test_a_workspaces_owner_sees_no_metrics(alice: Person) -> None:
    assert alice.client.get("/metrics", environ_overrides=FAR).status_code == 404


def test_an_operator_sees_metrics_from_afar(app: Flask, owner: Engine, clean: None) -> None:
    from app.kernel import clock
    from app.operator.accounts import create_operator
    from tests.cast import PASSWORD

    with Session(owner) as session, session.begin():
        create_operator(
            session, email="olga@zuke.example", name="Olga", password=PASSWORD, now=clock.now()
        )
    client = visitor(app)
    data: dict[str, Any] = {"email": "olga@zuke.example", "password": PASSWORD}
    client.post("/operator/login", data=data)
    assert client.get("/metrics", environ_overrides=FAR).status_code == 200


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    from app.cli.routes import route_lines

    lines = route_lines(app)
    assert {"undeclared"}.isdisjoint({str(line["who"]) for line in lines})
    found = next(line for line in lines if line["path"] == "/operator")
    assert (found["side"], found["who"], found["methods"]) == ("service", "operator", "GET")
