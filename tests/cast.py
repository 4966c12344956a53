"""The same people in every test: Alice, Bob and Dora work at Acme, Charlie owns Globex."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha1
from typing import Any
from uuid import UUID

from flask import Flask, g
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.founding import Founder, found_workspace
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.roles import role_by_key
from app.identity.operations.sign_in import Visit, open_session
from app.identity.operations.users import create_user
from app.kernel import clock
from app.kernel.actor import Actor, service_actor
from tenants.facts import TenantFacts
from tenants.lifecycle import NewTenant
from tenants.scope import tenant_scope

PASSWORD = "correct-Horse-battery-9"
SERVICE_HOST = "zuke.test"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Part:
    """Who somebody is in the cast."""

    name: str
    email: str
    role: str


ALICE = Part("Alice Archer", "alice@acme.example", "owner")
BOB = Part("Bob Baker", "bob@acme.example", "sales_rep")
DORA = Part("Dora Dunn", "dora@acme.example", "viewer")
CHARLIE = Part("Charlie Chen", "charlie@globex.example", "owner")


class HostClient(FlaskClient):
    """A browser that stays at one host and sends the forgery token with each change.

    `csrf=False` leaves the token out.
    """

    def __init__(self, *args: Any, host: str = SERVICE_HOST, **options: Any) -> None:
        super().__init__(*args, **options)
        self.host = host
        self.token: str | None = None

    def open(self, *args: Any, csrf: bool = True, **options: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            options.setdefault("base_url", f"http://{self.host}")
            if csrf and self.token and options.get("method", "GET") in UNSAFE:
                options["headers"] = {
                    "X-CSRFToken": self.token,
                    **dict(options.get("headers") or {}),
                }
        return super().open(*args, **options)

    def visit(self, facts: TenantFacts | None) -> None:
        """Carry the cookie of a visit, and know its forgery token."""
        app, raw = self.application, sha1(secrets.token_bytes(32)).hexdigest()
        with app.app_context():
            g.tenant = facts
            signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self.set_cookie("visit", signer.dumps({"csrf_token": raw}), domain=self.host)
        self.token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)


@dataclass
class Workspace:
    """One tenant of the cast; `scope()` reaches its data, `actor()` acts in the open scope."""

    facts: TenantFacts
    engine_app: Flask
    _open: Session | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """The workspace's host."""
        return f"{self.facts.slug}.{SERVICE_HOST}"

    @contextmanager
    def scope(self) -> Iterator[Session]:
        """Open the tenant's scope; commits at the end."""
        with self.engine_app.app_context(), tenant_scope(self.facts) as session:
            self._open = session
            try:
                yield session
            finally:
                self._open = None

    def actor(self, person: Person | User | None = None) -> Actor:
        """Somebody of the cast, or the service itself, acting in the scope that is open."""
        if self._open is None:
            raise RuntimeError("Open the workspace's scope first.")
        if person is None:
            return service_actor(self._open, self.facts, clock.now(), via="web")
        user_id = person.user_id if isinstance(person, Person) else person.id
        user = self._open.get_one(User, user_id)
        return actor_for(self._open, self.facts, user, clock.now(), "web")

    @contextmanager
    def acting(self, person: Person | None = None) -> Iterator[Actor]:
        """Open the scope with somebody acting in it."""
        with self.scope():
            yield self.actor(person)


@dataclass
class Person:
    """One of the cast as a test meets them."""

    part: Part
    workspace: Workspace
    user_id: UUID
    app: Flask | None = None
    password: str = PASSWORD

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def email(self) -> str:
        return self.part.email

    @property
    def user(self) -> User:
        """The user's row as it stands now, detached."""
        with self.workspace.scope() as session:
            return session.get_one(User, self.user_id)

    def sign_in(self) -> HostClient:
        """A fresh browser with a session of this person."""
        client = visitor(self._app(), self.workspace)
        with self.workspace.scope() as session:
            user = session.get_one(User, self.user_id)
            facts = self.workspace.facts
            opened = open_session(session, facts, user, clock.now(), Visit(address="127.0.0.1"))
        client.set_cookie("session", opened.token, domain=self.workspace.host)
        client.set_cookie("device", opened.device, domain=self.workspace.host)
        return client

    @cached_property
    def client(self) -> HostClient:
        """The person's browser in this test."""
        return self.sign_in()

    def _app(self) -> Flask:
        if self.app is None:
            raise RuntimeError("Ask for the fixture `app` to have a browser.")
        return self.app


def visitor(app: Flask, workspace: Workspace | None = None) -> HostClient:
    """A browser of somebody who is not signed in, at a workspace or at the service itself."""
    app.test_client_class = HostClient
    host = workspace.host if workspace else SERVICE_HOST
    client: HostClient = app.test_client(host=host)  # type: ignore[assignment]
    client.visit(workspace.facts if workspace else None)
    return client


def found(
    engine: Engine, new: NewTenant, owner: Part, others: tuple[Part, ...] = ()
) -> TenantFacts:
    """Make a workspace and the people of the cast who work there."""
    founder = Founder(email=owner.email, name=owner.name, password=PASSWORD)
    facts = found_workspace(engine, new, founder, now=clock.now())
    with Session(engine) as session, session.begin():
        session.connection().exec_driver_sql(f'SET LOCAL search_path TO "{facts.schema}", ext')
        by = service_actor(session, facts, clock.now(), via="command")
        for part in others:
            role = role_by_key(session, part.role)
            create_user(by, email=part.email, name=part.name, role=role, password=PASSWORD)
    return facts


def find_person(part: Part, workspace: Workspace, app: Flask | None = None) -> Person:
    """Somebody of the cast, as they stand in the workspace."""
    with workspace.scope() as session:
        user_id = session.scalars(select(User.id).where(User.email == part.email)).one()
    return Person(part, workspace, user_id, app)
