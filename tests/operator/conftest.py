"""Olga, who runs the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.kernel import clock
from app.operator.accounts import create_operator
from config.settings import Settings
from tests.cast import PASSWORD, HostClient, visitor

OLGA = "olga@zuke.example"
SignIn = Callable[..., HostClient]


@pytest.fixture
def olga(owner: Engine, clean: None) -> str:
    """An operator's e-mail address; the password is the cast's."""
    with Session(owner) as session, session.begin():
        create_operator(session, email=OLGA, name="Olga Orr", password=PASSWORD, now=clock.now())
    return OLGA


@pytest.fixture
def guest(app: Flask, clean: None) -> HostClient:
    """A browser at the service's own address."""
    return visitor(app)


@pytest.fixture
def console(app: Flask, olga: str) -> HostClient:
    """Olga's browser, signed in."""
    client = visitor(app)
    answer = client.post("/operator/login", data={"email": olga, "password": PASSWORD})
    assert answer.status_code == 303
    client.visit(None)
    return client


@pytest.fixture
def demo(app: Flask, tmp_path: Path) -> Iterator[Settings]:
    """Let the application believe that it runs the demo."""
    before: Settings = app.extensions["settings"]
    changes = {"zuke_env": "demo", "files_url": tmp_path.as_uri()}
    app.extensions["settings"] = before.model_copy(update=changes)
    yield app.extensions["settings"]
    app.extensions["settings"] = before
