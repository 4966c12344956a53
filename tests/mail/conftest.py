"""A real mail server of this machine that answers as a test wants it to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from app.jobs.registry import Registry, connect
from app.jobs.worker import Worker
from app.mail.inbound.listener import Listener
from app.mail.inbound.server import Receiver
from app.mail.jobs import JOBS
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.mail.customers import Customer, make_customer
from tests.mail.inboxes import Inbox


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PostOffice:
    """Keeps what was accepted; `answers` are given to the next mails before it accepts again."""

    at_recipient: list[str] = field(default_factory=list)
    after_data: list[str] = field(default_factory=list)
    accepted: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it.
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if self.at_recipient:
            return self.at_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd names it.
        self, server: Any, _session: Any, envelope: Any
    ) -> str:
        self.accepted.append((envelope.mail_from, envelope.rcpt_tos, envelope.original_content))
        if self.after_data:
            answer = self.after_data.pop(0)
            if answer == "drop":
                server.transport.close()
            else:
                self.accepted.pop()
            return answer
        return "250 OK"

    @property
    def messages(self) -> list[EmailMessage]:
        """The accepted mails, read as a receiver would."""
        return [message_from_bytes(raw, policy=default) for _from, _to, raw in self.accepted]


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    office.port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=office.port, enable_SMTPUTF8=True)
    controller.start()
    yield office
    controller.stop()


@pytest.fixture
def mail_app(engine_app: Flask, settings: Settings, post_office: PostOffice) -> Iterator[Flask]:
    """The database's application with settings that lead to the post office."""
    changed = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{post_office.port}"})
    before = engine_app.extensions["settings"]
    engine_app.extensions["settings"] = changed
    connect(engine_app, Registry(JOBS))
    yield engine_app
    engine_app.extensions["settings"] = before
    del engine_app.extensions["zuke-jobs"]


@pytest.fixture
def deliver(mail_app: Flask) -> Callable[[], int]:
    """Run the mail jobs that are due."""
    worker = Worker(mail_app, mail_app.extensions["settings"])
    return worker.drain


@pytest.fixture
def customer(acme: Workspace, bob: Person) -> Customer:
    """Bob's customer Frank."""
    return make_customer(acme, bob)


@pytest.fixture
def send_out(
    app: Flask, settings: Settings, post_office: PostOffice
) -> Iterator[Callable[[], int]]:
    """Run the jobs of the whole service that are due; its mails go to the post office."""
    changed = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{post_office.port}"})
    before = app.extensions["settings"]
    app.extensions["settings"] = changed
    yield Worker(app, changed).drain
    app.extensions["settings"] = before


@pytest.fixture
def inbox(app: Flask, settings: Settings, no_files: None) -> Iterator[Inbox]:
    """Mail comes in at this machine."""
    port = free_port()
    controller = Listener(Receiver(app, settings), host="127.0.0.1", port=port)
    controller.start()
    yield Inbox(port, Worker(app, settings))
    controller.stop()
