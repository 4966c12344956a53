"""The service as it runs for customers: gunicorn with its own configuration, over the loopback."""

from __future__ import annotations

import re
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from app.cli.errors import CommandError
from app.cli.postgres.places import ROOT
from app.cli.processes import Processes
from bench.http import Answer, Connection, form, write_request
from bench.surroundings import OWNER, PASSWORD, SLUG, Server
from config.machine import child_environment

SERVICE_HOST = "zuke.test"
HOST = f"{SLUG}.{SERVICE_HOST}"
NOTHING: Mapping[str, str] = {}
NO_HEADERS = NOTHING
READY_WITHIN = 60.0
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
# What a browser of this time sends; the service reads some of it at each request.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, br",
}


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of the service's processes in MB: `pss` counts what they share once."""

    rss: float
    pss: float


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    port: int
    pid: int
    started_in: float  # Seconds from its start until it said that it was ready.

    def memory(self) -> Memory:
        """What the master and its workers hold now."""
        pids = [self.pid, *_children(self.pid)]
        return Memory(
            sum(_held(pid, "Rss") for pid in pids), sum(_held(pid, "Pss") for pid in pids)
        )


@dataclass
class Person:
    """Somebody with a browser who signed in at the bench's workspace."""

    service: Service
    cookies: dict[str, str]
    email: str = ""
    csrf: str = ""

    def write(
        self,
        method: str,
        path: str,
        *,
        language: str = "",
        body: Mapping[str, str | Sequence[str]] | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> bytes:
        """The bytes of a request of this browser, `language` being its own choice."""
        cookies = {**self.cookies, **({"lang": language} if language else {})}
        headers = {"Host": HOST, **BROWSER, **headers}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        if body is None:
            return write_request(method, path, headers)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return write_request(method, path, headers, form({"csrf_token": self.csrf, **body}))

    def get(self, path: str, *, language: str = "") -> Answer:
        """Load a page."""
        return self._ask(self.write("GET", path, language=language))

    def post(self, path: str, body: dict[str, str]) -> Answer:
        """Send a form with the forgery token of the last page."""
        return self._ask(self.write("POST", path, body=body))

    def _ask(self, request: bytes) -> Answer:
        connection = Connection(self.service.port)
        answer = connection.ask(request)
        connection.close()
        for line in answer.headers("set-cookie"):
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        found = TOKEN.search(answer.body.decode("utf-8", "replace"))
        self.csrf = found[1] if found else self.csrf
        return answer


def sign_in(service: Service, email: str = OWNER) -> Person:
    """A person who signed in through the form, as everybody does."""
    person = Person(service, {}, email)
    person.get("/login")
    answer = person.post("/login", {"email": email, "password": PASSWORD})
    if answer.status != 303:
        raise CommandError(f"Signing in was answered with {answer.status}.")
    page = person.get("/")
    if page.status != 200:
        raise CommandError(f"The first page was answered with {page.status}.")
    return person


@contextmanager
def service(on: Server, more: Mapping[str, str] = NOTHING) -> Iterator[Service]:
    """Start gunicorn on a free port, wait until it is ready, and stop it at the end.

    `more` is what its environment has besides.
    """
    port = _free_port()
    environment = child_environment(
        ZUKE_ENV="production",
        DATABASE_URL=on.urls.app,
        DATABASE_OWNER_URL=None,
        SECRET_KEY=secrets.token_urlsafe(48),
        BASE_URL=f"https://{SERVICE_HOST}",
        SMTP_URL="smtp://127.0.0.1:1",
        API_PER_SECOND="100000",  # One token measures what a thousand would ask.
        FILES_URL=Path(tempfile.gettempdir()).as_uri(),
        PYTHONPATH=str(ROOT),
        PYTHONDONTWRITEBYTECODE=None,  # An image is compiled when it is built.
        **more,
    )
    with tempfile.TemporaryDirectory(prefix="zuke-bench-") as logs:
        processes = Processes(Path(logs))
        command = ["-m", "gunicorn", "--chdir", str(ROOT), "-c", str(ROOT / "config/gunicorn.py")]
        began = perf_counter()
        processes.start("web", [*command, "--bind", f"127.0.0.1:{port}", "wsgi:app"], environment)
        try:
            _wait(port, processes)
            took = perf_counter() - began
            yield Service(port, processes.running["web"].pid, took)
        except CommandError:
            sys.stderr.write(processes.log("web").read_text(errors="replace")[-3000:])
            raise
        finally:
            processes.stop()


def _wait(port: int, processes: Processes) -> None:
    """Return once the service answers that it is ready."""
    request = write_request("GET", "/readyz", {"Host": SERVICE_HOST, "Connection": "close"})
    deadline = perf_counter() + READY_WITHIN
    while perf_counter() < deadline:
        processes.check()
        try:
            if Connection(port).ask(request).status == 200:
                return
        except OSError:
            # Nobody listens yet.
            pass
        sleep(0.01)
    raise CommandError("The service did not get ready.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    """The worker processes of a master."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(one) for one in listed]


def _held(pid: int, name: str) -> float:
    """One line of a process's memory in MB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(rf"^{name}: +(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
