"""What stands behind a story of renting: Stripe's stand-in, a mail server, a worker and a clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Condition, Event, Thread
from urllib.parse import urlsplit

import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import Engine, func, or_, select
from sqlalchemy.orm import Session

from app.cli.mailsink import Sink
from app.demo.stripe import subscriptions
from app.demo.stripe.hooks import Deliveries
from app.demo.stripe.server import Standin, serve_aside
from app.demo.stripe.world import World
from app.jobs.enqueue import enqueue_service
from app.jobs.worker import Worker
from app.kernel import clock
from app.mail.sink import list_mails
from config.settings import Settings
from tenants.billing.catalogue import sync_plans
from tenants.billing.gateway import Gateway
from tenants.billing.models import WebhookReceipt
from tenants.control import Job
from tenants.database import control_session
from tests.browser.site import LOOPBACK, Site
from tests.mail.conftest import free_port

KEY, SECRET = "sk_test_story", "whsec_story"
PATIENCE = 60.0  # Seconds until work that does not end counts as stuck.
NIGHTLY = ("end_trials", "reconcile_billing")


class AtWork:
    """A worker with the owner's login in a thread of its own, beside the browser."""

    def __init__(self, app: Flask, settings: Settings, owner: Engine) -> None:
        self._worker = Worker(app, settings, owner, threads=1, grace=5)
        self._turn, self._turns = Condition(), 0
        self._over = Event()
        self._thread = Thread(target=self._work, name="worker")

    def _work(self) -> None:
        while not self._over.wait(0.05):
            self._worker.drain()
            with self._turn:
                self._turns += 1
                self._turn.notify_all()

    def wait_for_a_turn(self) -> None:
        """Return once it has looked for work that was there at the call, and done it."""
        with self._turn:
            wanted = self._turns + 2  # The turn that is on may have looked before.
            assert self._turn.wait_for(lambda: self._turns >= wanted, PATIENCE), "It is stuck."

    @contextmanager
    def going(self) -> Iterator[AtWork]:
        """Work until the block ends."""
        self._thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._thread.join()


@dataclass
class Provider:
    """The service as its provider runs it, with time that is moved by hand."""

    site: Site
    standin: Standin
    mails: Path
    at_work: AtWork
    time: time_machine.Coordinates
    owner: Engine
    told: int  # Events that were at Stripe before the story began.

    @property
    def world(self) -> World:
        """What Stripe knows."""
        return self.standin.world

    def rest(self) -> None:
        """Wait until Stripe's notices have arrived and all work that is due is done."""
        while self._is_busy():
            self.at_work.wait_for_a_turn()

    def pass_days(self, days: int) -> None:
        """Let days pass for everybody, one after the other, with what Stripe does on each."""
        for _day in range(days):
            self.rest()
            self.time.shift(timedelta(days=1))
            with self.world.lock:
                for customer in self.world.all("customer"):
                    subscriptions.tick(self.world, customer)
            self.world.deliver()
        self.rest()

    def night(self) -> None:
        """Let the work of a night be done, as its schedule has it each night."""
        with self.site.app.app_context(), control_session() as session:
            for kind in NIGHTLY:
                enqueue_service(session, kind, {}, key=f"schedule:{kind}")
        self.rest()

    def mail(self, to: str, about: str) -> str:
        """The text of the latest mail to somebody that has these words in its subject or text."""
        self.rest()
        for one in list_mails(self.mails):
            if one.recipients == to and (about in one.text or about in one.subject):
                return one.text
        raise AssertionError(f"No mail to {to} is about {about}")

    def link(self, to: str, path: str) -> str:
        """The latest link to a page below `path` that was mailed to somebody."""
        found = re.search(rf"http://\S+{path}\S+", self.mail(to, path))
        assert found is not None
        return found[0]

    def _is_busy(self) -> bool:
        now = clock.now()
        due = or_(Job.state == "running", (Job.state == "ready") & (Job.run_at <= now))
        with Session(self.owner) as session:
            if session.scalar(select(func.count()).select_from(Job).where(due)):
                return True
            kept = session.scalar(select(func.count()).select_from(WebhookReceipt)) or 0
        return kept < len(self.world.all("event")) - self.told


@contextmanager
def providing(site: Site, owner: Engine, folder: Path) -> Iterator[Provider]:
    """Let the site know Stripe's stand-in and a mail server, and work until the block ends."""
    server, standin = serve_aside(World(), KEY)
    port = urlsplit(standin.world.secret["base_url"]).port
    # Its pages are met at a name of this machine, as browsers in tests go nowhere else.
    standin.world.secret["base_url"] = f"http://stripe.localhost:{port}"
    deliveries = Deliveries(f"{site.url}/webhooks/stripe", SECRET)
    post = Controller(Sink(folder), hostname=LOOPBACK, port=free_port(), enable_SMTPUTF8=True)
    before: Settings = site.app.extensions["settings"]
    settings = before.model_copy(
        update={
            "stripe_secret_key": KEY,
            "stripe_webhook_secret": SECRET,
            "stripe_api_base": f"http://{LOOPBACK}:{port}",
            "smtp_url": f"smtp://{LOOPBACK}:{post.port}",
            "operator_two_factor": True,
        }
    )
    site.app.extensions["settings"] = settings
    with site.app.app_context():
        sync_plans(Gateway(settings))
    told = len(standin.world.all("event"))
    standin.world.news.clear()
    standin.world.heard = deliveries.hear
    post.start()
    deliveries.start()
    try:
        with (
            time_machine.travel(datetime.now(UTC), tick=True) as time,
            AtWork(site.app, settings, owner).going() as at_work,
        ):
            yield Provider(site, standin, folder, at_work, time, owner, told)
    finally:
        deliveries.stop()
        post.stop()
        server.shutdown()
        server.server_close()
        site.app.extensions["settings"] = before
