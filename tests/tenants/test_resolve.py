from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from config.settings import Settings
from tenants import lifecycle, resolve
from tenants.control import Domain
from tenants.facts import State, TenantFacts
from tenants.resolve import is_service_host, plain_host, resolve_host
from tests.cast import SERVICE_HOST, Workspace

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Resolve = Callable[[str], TenantFacts | None]


@pytest.fixture
def at(engine_app: Flask, settings: Settings, acme: Workspace) -> Resolve:
    def resolved(host: str) -> TenantFacts | None:
        with engine_app.app_context():
            return resolve_host(host, settings)

    return resolved


@pytest.mark.parametrize(
    "host", ["acme.zuke.test", "acme.zuke.test:8000", "ACME.Zuke.Test", "acme.zuke.test."]
)
def test_every_spelling_of_a_host_is_the_same_workspace(
    at: Resolve, acme: Workspace, host: str
) -> None:
    assert at(host) == acme.facts


@pytest.mark.parametrize(
    "host",
    [
        "",
        "zuke.test",
        "nobody.zuke.test",
        "acme",
        "acme.zuke.test.evil.example",
        "evil.example",
        "acme.evil.example",
        "www.acme.zuke.test",
        ".acme.zuke.test",
        "acme..zuke.test",
        "acme.zuke.test..",
        "acme.zuke.test:",
        "acme.zuke.test:80:80",
        "acme.zuke.test:evil",
        "user@acme.zuke.test",
        "acme.zuke.test/",
        "acme.zuke.test,globex.zuke.test",
        "acme.zuke.test globex.zuke.test",
        "acme%2ezuke.test",
        "acme。zuke.test",
        "acmе.zuke.test",
        "acme.zuke.test\x00",
        "acme.zuke.test\n",
        "[::1]",
        "127.0.0.1",
        "a" * 300 + ".zuke.test",
        "' OR 1=1 --",
    ],
)
def test_any_other_host_is_nobodys(at: Resolve, host: str) -> None:
    assert at(host) is None


def test_the_schemas_name_is_no_host(at: Resolve, acme: Workspace) -> None:
    assert at(f"{acme.facts.schema}.{SERVICE_HOST}") is None


def test_the_service_knows_its_own_host(settings: Settings) -> None:
    assert is_service_host("Zuke.test:8000", settings)
    assert not is_service_host("acme.zuke.test", settings)
    assert not is_service_host("", settings)
    assert plain_host("zuke.test:8000") == "zuke.test"


def test_a_domain_answers_once_it_is_proved(at: Resolve, acme: Workspace, owner: Engine) -> None:
    with Session(owner) as session, session.begin():
        domain = Domain(host="crm.acme.example", tenant_id=acme.facts.id)
        session.add(domain)
    assert at("crm.acme.example") is None
    with Session(owner) as session, session.begin():
        session.get_one(Domain, "crm.acme.example").proved_at = NOW
    assert at("crm.acme.example:443") == acme.facts


def test_a_change_is_seen_within_five_seconds(
    at: Resolve, acme: Workspace, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [100.0]
    monkeypatch.setattr(resolve, "monotonic", lambda: seconds[0])
    host = acme.host
    assert at(host).state is State.TRIAL
    lifecycle.suspend(owner, "acme", now=NOW)
    seconds[0] += 4.9
    assert at(host).state is State.TRIAL
    seconds[0] += 0.2
    assert at(host).state is State.SUSPENDED


def test_an_erased_workspace_is_nobodys(at: Resolve, owner: Engine, globex: Workspace) -> None:
    new = lifecycle.NewTenant(slug="shortlived", name="Short Lived")
    from app.modules import tenant_schema

    lifecycle.create(owner, tenant_schema(), new, now=NOW)
    assert at("shortlived.zuke.test") is not None
    lifecycle.erase(owner, "shortlived", now=NOW)
    resolve.forget()
    assert at("shortlived.zuke.test") is None
