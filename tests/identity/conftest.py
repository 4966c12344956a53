"""What the tests of identity share: the mails that were sent, and the second step's codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pyotp
import pytest
from flask import Flask

from app.identity import outside
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from tests.cast import HostClient, Person


@dataclass(frozen=True)
class Mail:
    """One mail as identity asked for it."""

    to: str
    template: str
    values: dict[str, object]
    language: str
    stop_url: str | None = None

    @property
    def secret(self) -> str:
        """The last part of the link in it."""
        return str(self.values["url"]).rpartition("/")[2]


@dataclass
class Outbox:
    """Keeps mails instead of sending them."""

    mails: list[Mail] = field(default_factory=list)

    def __call__(
        self,
        by: Actor,
        *,
        to: str,
        template: str,
        values: dict[str, object],
        language: str,
        stop_url: str | None = None,
    ) -> UUID:
        self.mails.append(Mail(to, template, values, language, stop_url))
        return new_id()

    @property
    def last(self) -> Mail:
        return self.mails[-1]


@pytest.fixture
def outbox(app: Flask, engine_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """Every mail of identity lands here."""
    made = Outbox()
    for one in (app, engine_app):
        monkeypatch.setitem(one.extensions, outside.SEND_MAIL, made)
    return made


def totp_code(person: Person, moment: datetime) -> str:
    """What the phone of somebody of the cast shows at a moment."""
    with person.workspace.acting(person) as by:
        return phone_of(by, by.session.get_one(User, person.user_id)).at(moment)


def phone_of(by: Actor, user: User) -> pyotp.TOTP:
    """The phone that was shown the QR code of this user."""
    from app.identity.operations.two_factor import shared_secret

    return pyotp.TOTP(shared_secret(by, user) or "")


def type_password(client: HostClient, login: str, password: str, **more: str):
    """Send the sign-in form."""
    return client.post("/login", data={"email": login, "password": password, **more})


def turn_on_two_factor(person: Person) -> list[str]:
    """Set the second step up for somebody; the answer is the recovery codes."""
    from app.identity.operations.two_factor import begin_two_factor, confirm_two_factor

    with person.workspace.acting(person) as by:
        user = by.session.get_one(User, person.user_id)
        begin_two_factor(by, user, password=person.password)
        return confirm_two_factor(by, user, code=phone_of(by, user).at(by.now))
