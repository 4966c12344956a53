"""Fiona, who wants a workspace for her firm, and the worker that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.jobs.worker import Worker
from config.settings import Settings
from tenants import resolve
from tenants.control import Job, SignUp, Tenant
from tenants.facts import TenantFacts
from tests.cast import HostClient, visitor

FIONA: Mapping[str, str] = {
    "firm": "Fir & Sons",
    "slug": "fir-sons",
    "name": "Fiona Fir",
    "email": "fiona@fir.example",
    "password": "nine green fir trees",
    "trade": "manufacturer-exporter",
    "language": "en",
    "currency": "EUR",
    "zone": "Europe/Berlin",
}
Sign = Callable[..., TestResponse]


@pytest.fixture
def guest(app: Flask, clean: None) -> HostClient:
    """A browser at the service's own address."""
    return visitor(app)


@pytest.fixture
def sign_up(guest: HostClient) -> Sign:
    """Send the form, as Fiona fills it in or with changes."""

    def send(client: HostClient | None = None, **changes: str) -> TestResponse:
        return (client or guest).post("/signup", data={**FIONA, **changes})

    return send


@pytest.fixture
def founding(app: Flask, settings: Settings, owner: Engine) -> Worker:
    """A worker that has the owner's login."""
    return Worker(app, settings, owner, threads=1, grace=5)


def rows(owner: Engine, query: Any) -> list[Any]:
    """What the shared tables hold."""
    with Session(owner) as session:
        return list(session.scalars(query))


def sign_ups(owner: Engine) -> list[SignUp]:
    """Everybody who signed up, in their order."""
    return rows(owner, select(SignUp).order_by(SignUp.created_at, SignUp.id))


def tenant(owner: Engine, slug: str = "fir-sons") -> TenantFacts | None:
    """The workspace at an address."""
    resolve.forget()
    found = rows(owner, select(Tenant).where(Tenant.slug == slug))
    return found[0].facts() if found else None


def mails(owner: Engine, kind: str = "send_mail") -> list[dict[str, Any]]:
    """What is to be mailed."""
    return rows(owner, select(Job.payload).where(Job.kind == kind).order_by(Job.created_at, Job.id))
