"""Mail in: twenty mails a second for ten seconds, none lost; how soon each is on the timeline."""

from __future__ import annotations

import secrets
import smtplib
import socket
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from time import perf_counter, sleep

from flask import Flask
from sqlalchemy import func, select

from app.cli.errors import CommandError
from app.cli.postgres.places import ROOT
from app.cli.processes import Processes
from app.crm.models import Contact
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.ids import new_id
from app.mail.inbound.addresses import renew_address
from app.mail.inbound.models import Fate, IncomingMail
from bench.figures import Figure, Limit, of_samples
from bench.pace import look, slowness
from bench.service import SERVICE_HOST, Service
from bench.surroundings import OWNER, Workspace
from config.machine import child_environment
from config.settings import Settings
from tenants.database import connect_app
from tenants.scope import tenant_scope

RATE = 20  # Mails a second.
MAILS = 200
SENDERS = 4
PATIENCE = 60.0  # Seconds until what is not read counts as lost.
BODY = "Dear colleague, thank you for the offer. " * 50
ON_TIMELINE = Limit(floor=2_000, rate_floor=RATE)


def run(measured: Workspace, _web: Service) -> list[Figure]:
    """All figures of this bench: receiver and worker are processes of their own, as anywhere."""
    with tempfile.TemporaryDirectory(prefix="zuke-bench-") as folder:
        settings = Settings(
            zuke_env="test",
            database_url=measured.server.urls.app,
            secret_key=secrets.token_urlsafe(48),
            base_url=f"http://{SERVICE_HOST}",
            inbound_mail_domain="in.zuke.test",
            files_url=(Path(folder) / "files").as_uri(),
        )
        (Path(folder) / "files").mkdir()
        app = Flask("bench")
        app.extensions["settings"] = settings
        connect_app(app, settings)
        with _programs(settings, Path(folder) / "logs") as port:
            return list(_figures(app, settings, measured, port))


def _figures(app: Flask, settings: Settings, measured: Workspace, port: int) -> Iterator[Figure]:
    with app.app_context(), tenant_scope(measured.facts) as session:
        user = session.scalars(select(User).where(User.email == OWNER)).one()
        by = actor_for(session, measured.facts, user, user.created_at, "web")
        address = renew_address(by, settings)
        people = select(Contact.email).where(Contact.email.is_not(None)).limit(SENDERS * 10)
        senders = list(session.scalars(people))
    before = look()
    begun = perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        jobs = [
            pool.submit(_give, port, address, str(senders[n % len(senders)]), begun + n / RATE)
            for n in range(MAILS)
        ]
        taken = [job.result() for job in jobs]
    rate = MAILS / (perf_counter() - begun)
    waits = _settled(app, measured)
    pace = slowness(before, look())
    note = f"{len(waits)} of {MAILS} on the timeline"
    yield of_samples("a mail until it is taken", [one * 1000 for one in taken])
    figure = of_samples(
        "a mail until it is on the timeline",
        [one * 1000 for one in waits],
        rate=rate if len(waits) == MAILS else 0.0,
        limit=ON_TIMELINE,
        note=note,
    )
    yield replace(figure, slowness=pace, rate_slowness=pace)


def _give(port: int, address: str, sender: str, at: float) -> float:
    """Hand one mail over at its moment; the seconds until it was taken."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, OWNER, "About your offer"
    mail["Message-ID"] = f"<{new_id()}@bench.example>"
    mail.set_content(BODY)
    mail.add_attachment(b"x" * 20_000, maintype="application", subtype="pdf", filename="a.pdf")
    content = mail.as_bytes().replace(b"\n", b"\r\n")
    sleep(max(0.0, at - perf_counter()))
    begun = perf_counter()
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as smtp:
        smtp.sendmail(sender, [address], content)
    return perf_counter() - begun


def _settled(app: Flask, measured: Workspace) -> list[float]:
    """How long each mail that is on a timeline took from its arrival, once all were read."""
    deadline = perf_counter() + PATIENCE
    while True:
        with app.app_context(), tenant_scope(measured.facts) as session:
            waiting = session.scalar(
                select(func.count()).where(IncomingMail.state == Fate.WAITING.value)
            )
            if not waiting or perf_counter() > deadline:
                rows = session.execute(
                    select(IncomingMail.received_at, IncomingMail.settled_at)
                    .where(IncomingMail.state == Fate.STORED.value)
                    .order_by(IncomingMail.id.desc())
                    .limit(MAILS)
                )
                return [(row.settled_at - row.received_at).total_seconds() for row in rows]
        sleep(0.1)


@contextmanager
def _programs(settings: Settings, logs: Path) -> Iterator[int]:
    """A receiver and a worker; the port at which mails are taken."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = child_environment(
        ZUKE_ENV="test",
        DATABASE_URL=settings.database_url,
        DATABASE_OWNER_URL=None,
        SECRET_KEY=settings.secret_key,
        BASE_URL=settings.base_url,
        INBOUND_MAIL_DOMAIN=settings.inbound_mail_domain,
        FILES_URL=settings.files_url,
        PYTHONPATH=str(ROOT),
    )
    processes = Processes(logs)
    processes.start("mail-in", ["-m", "app.cli", "mail-in", "--port", str(port)], environment)
    processes.start("worker", ["-m", "app.cli", "worker"], environment)
    try:
        deadline = perf_counter() + PATIENCE
        while not _answers(port):
            processes.check()
            if perf_counter() > deadline:
                raise CommandError("The receiver did not begin in time.")
            sleep(0.2)
        sleep(3)  # The worker says nothing when it is ready.
        yield port
    finally:
        processes.stop()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
