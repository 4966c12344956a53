"""What tests of mail in share: a receiver on this machine, and somebody's own address."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass

from sqlalchemy import select

from app.jobs.worker import Worker
from app.mail.inbound.models import IncomingMail
from tests.cast import Person, Workspace
from tests.mail.corpus import FRANK

ADDRESS = re.compile(r"<code>([^<]+@in\.zuke\.test)</code>")


@dataclass
class Inbox:
    """The receiver on this machine, and a worker that reads what it took."""

    port: int
    worker: Worker

    def give(self, content: bytes, to: str, sender: str = FRANK) -> None:
        """Send a mail and have it read."""
        self.take(content, to, sender)
        self.worker.drain()

    def take(self, content: bytes, to: str, sender: str = FRANK) -> None:
        """Send a mail that nobody reads yet."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as smtp:
            lines = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            smtp.sendmail(sender, [to], lines)


def address_of(person: Person) -> str:
    """Somebody's address for mail in; they have one from now on."""
    page = person.client.get("/settings/me/mail-in").text
    if not ADDRESS.search(page):
        person.client.post("/settings/me/mail-in/address")
        page = person.client.get("/settings/me/mail-in").text
    found = ADDRESS.search(page)
    assert found is not None
    return found[1]


def only_line(workspace: Workspace) -> IncomingMail:
    with workspace.scope() as session:
        return session.scalars(select(IncomingMail)).one()
