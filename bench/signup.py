"""Signing up: from the press on the form until the first page of the new workspace stands."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.cli.errors import CommandError
from app.cli.postgres.places import ROOT
from app.cli.processes import Processes
from bench.figures import Figure, Limit, of_samples
from bench.http import Answer, Connection, form, write_request
from bench.service import BROWSER, SERVICE_HOST, TOKEN, Service
from bench.surroundings import PASSWORD, Server
from config.machine import child_environment
from tenants.control import Hit

SIGN_UPS = 20
WAY_IN = re.compile(r'href="https://([\w.-]+)/welcome#(\w+)"')
POLL = 0.25  # Seconds, as the page asks.
PATIENCE = 30.0


@dataclass
class Visitor:
    """A browser at one host."""

    service: Service
    host: str
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Answer:
        """Load a page, or send a form with the forgery token of the last one."""
        headers = {"Host": self.host, **BROWSER, "Connection": "close"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        content = b""
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            content = form({"csrf_token": self.csrf, **body})
        connection = Connection(self.service.port)
        answer = connection.ask(write_request(method, path, headers, content))
        connection.close()
        for line in answer.headers("set-cookie"):
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        found = TOKEN.search(answer.body.decode("utf-8", "replace"))
        self.csrf = found[1] if found else self.csrf
        return answer


def run(on: Server, web: Service) -> list[Figure]:
    """All figures of this bench."""
    with _worker(on):
        _sign_up(on, web, 0)  # The first one waits for what a worker reads once.
        taken = [_sign_up(on, web, number) for number in range(1, SIGN_UPS + 1)]
    limit = Limit(floor=3000, aim=2000, p95=3000)
    return [of_samples("from signing up to the first page", taken, limit=limit)]


def _sign_up(on: Server, web: Service, number: int) -> float:
    """Milliseconds from the press to Home, as a browser asks."""
    with Session(on.owner) as session, session.begin():
        session.execute(delete(Hit))  # All of them come from one network.
    guest = Visitor(web, SERVICE_HOST)
    guest.ask("GET", "/signup")
    wish = {
        "firm": f"Firm {number}",
        "slug": f"firm-{number}-{'x' * (number % 7)}z",
        "name": "Fiona Fir",
        "email": f"fiona{number}@fir.example",
        "password": PASSWORD,
        "trade": "manufacturer-exporter",
        "language": "en",
        "currency": "EUR",
        "zone": "Europe/Berlin",
    }
    began = perf_counter()
    answer = guest.ask("POST", "/signup", wish)
    if answer.status != 303:
        raise CommandError(f"Signing up was answered with {answer.status}.")
    while (found := WAY_IN.search(guest.ask("GET", "/signup/wait").body.decode())) is None:
        if perf_counter() - began > PATIENCE:
            raise CommandError("The workspace was not made in time.")
        sleep(POLL)
    owner = Visitor(web, found[1])
    owner.ask("GET", "/welcome")
    owner.ask("POST", "/welcome", {"code": found[2]})
    home = owner.ask("GET", "/")
    took = (perf_counter() - began) * 1000
    if home.status != 200 or b"Fiona Fir" not in home.body:
        raise CommandError(f"The first page was answered with {home.status}.")
    return took


@contextmanager
def _worker(on: Server) -> Iterator[None]:
    """A worker with the owner's login."""
    with tempfile.TemporaryDirectory(prefix="zuke-bench-") as folder:
        environment = child_environment(
            ZUKE_ENV="test",
            DATABASE_URL=on.urls.app,
            DATABASE_OWNER_URL=on.urls.owner,
            SECRET_KEY="b" * 40,
            BASE_URL=f"https://{SERVICE_HOST}",
            SMTP_URL="smtp://127.0.0.1:1",
            FILES_URL=Path(folder).as_uri(),
            PYTHONPATH=str(ROOT),
        )
        processes = Processes(Path(folder))
        processes.start("worker", ["-m", "app.cli", "worker", "--owner"], environment)
        try:
            yield
        finally:
            processes.stop()
