"""Attacks on the wire, and processes that die in the middle: gunicorn as it runs for customers."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import Engine, func, select

from app.crm.models import Contact
from config.settings import Settings
from tests.attacks.program import Program, Programs
from tests.attacks.test_faults import cut
from tests.attacks.wire import SERVICE, Wire, request, serve
from tests.cast import Person, Workspace
from tests.laundry import Laundry

ACME = f"acme.{SERVICE}"
PATIENCE = 120  # Seconds until a state that does not come counts as missing.
NEXT = b"GET /login HTTP/1.1\r\nHost: " + ACME.encode() + b"\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def wire(
    settings: Settings, owner: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Wire]:
    with serve(settings, tmp_path_factory.mktemp("wire")) as served:
        yield served


def post(*headers: str, body: bytes = b"") -> bytes:
    """A request with headers that servers read differently."""
    lines = ["POST /login HTTP/1.1", f"Host: {ACME}", *headers]
    return "\r\n".join(lines).encode("latin1") + b"\r\n\r\n" + body


SMUGGLED = {
    "both lengths": post("Content-Length: 6", "Transfer-Encoding: chunked", body=b"0\r\n\r\nG"),
    "two lengths": post("Content-Length: 0", f"Content-Length: {len(NEXT)}", body=NEXT),
    "a list of lengths": post(f"Content-Length: 0, {len(NEXT)}", body=NEXT),
    "a signed length": post("Content-Length: +5", body=b"a=b&c"),
    "a length with an underscore": post("Content_Length: 5", "Content-Length: x", body=b"a=b&c"),
    "an unknown coding": post("Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "a coding twice": post("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "a space before the colon": post("Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
    "a folded header": post("X: a\r\n Transfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "a chunk of no size": post("Transfer-Encoding: chunked", body=b"zz\r\nab\r\n0\r\n\r\n"),
    "a chunk of a signed size": post("Transfer-Encoding: chunked", body=b"-1\r\nab\r\n0\r\n\r\n"),
    "a header with NUL": post("X: a\x00b"),
    "a header with a bare return": post("X: a\rTransfer-Encoding: chunked"),
    "a path with a space": f"GET /lo gin HTTP/1.1\r\nHost: {ACME}\r\n\r\n".encode(),
    "an old protocol": b"GET /login\r\n\r\n",
    "too many headers": post(*(f"X-{number}: x" for number in range(200))),
    "a long line": f"GET /{'a' * 20_000} HTTP/1.1\r\nHost: {ACME}\r\n\r\n".encode(),
    "a long header": post("X: " + "a" * 20_000),
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_no_request_hides_in_another(wire: Wire, houses: object, name: str) -> None:
    """What two servers could read differently is refused, and nothing behind it is answered."""
    answers = wire.statuses(SMUGGLED[name] + NEXT)
    assert len(answers) <= 2, answers
    assert all(400 <= status < 500 or status in (501, 505) for status in answers), answers
    assert wire.statuses(NEXT) == [200]


@pytest.mark.parametrize(
    ("line", "hosts"),
    [
        ("/login", ["evil.example"]),
        ("/login", [ACME, "evil.example"]),
        ("/login", ["evil.example", ACME]),
        ("/login", [f"{ACME}@evil.example"]),
        ("/login", [f"{ACME}, evil.example"]),
        ("/login", [""]),
        ("/login", []),
        (f"http://{ACME}/login", ["evil.example"]),
        (f"https://{ACME}/login", ["evil.example"]),
    ],
)
def test_a_forged_host_is_nobody_on_the_wire(
    wire: Wire, houses: object, line: str, hosts: list[str]
) -> None:
    head = [f"GET {line} HTTP/1.1", *(f"Host: {host}" for host in hosts), "Connection: close"]
    answer = wire.send("\r\n".join(head).encode() + b"\r\n\r\n")
    assert int(answer.split(b" ", 2)[1]) in (400, 404)
    assert b"Acme" not in answer


def test_an_address_with_a_host_in_it_leads_nowhere_else(wire: Wire, houses: object) -> None:
    answer = wire.send(request("GET", "http://evil.example/contacts", ACME))
    assert b"evil.example" not in answer


def test_metrics_are_for_this_machine_and_not_for_what_was_passed_on(wire: Wire) -> None:
    assert wire.statuses(request("GET", "/metrics", SERVICE)) == [200]
    for more in ("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-IP: ::1"):
        assert wire.statuses(request("GET", "/metrics", SERVICE, b"", more)) == [404]


@pytest.fixture
def api(wire: Wire, alice: Person, program: Programs) -> Program:
    return program(alice)


def create(api: Program, name: str) -> bytes:
    """A request that makes a contact once, however often it is sent."""
    body = json.dumps({"last_name": name}).encode()
    more = (
        f"Authorization: Bearer {api.token}",
        "Content-Type: application/json",
        f"Idempotency-Key: {name}",
    )
    return request("POST", "/api/v1/contacts", ACME, body, *more)


def test_the_log_holds_no_secret(wire: Wire, api: Program, alice: Person) -> None:
    secrets = ["typed-Password-77", "guessed-Secret-0123456789-abcdefgh", api.token]
    form = f"email={alice.email}&password={secrets[0]}".encode()
    kind = "Content-Type: application/x-www-form-urlencoded"
    wire.send(request("POST", "/login", ACME, form, kind))
    wire.send(request("GET", f"/password/reset/{secrets[1]}", ACME))
    wire.send(request("GET", f"/contacts?q={secrets[0]}&token={api.token}", ACME))
    assert wire.statuses(create(api, "Gate")) == [201]
    until(lambda: '"path": "/api/v1/contacts"' in wire.log.read_text(errors="replace"))
    log = wire.log.read_text(errors="replace")
    assert '"path": "/login"' in log
    for secret in secrets:
        assert secret not in log


def until(true: Callable[[], bool]) -> None:
    """Wait for a state that comes in its own time; without it the test fails in the end."""
    deadline = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert true()


def write_until_answered(wire: Wire, api: Program, names: list[str]) -> list[str]:
    """Make contacts, each asked for until it is answered; the names that never were."""
    return [name for name in names if not any(_is_made(wire, api, name) for _try in range(400))]


def _is_made(wire: Wire, api: Program, name: str) -> bool:
    with suppress(OSError):  # Nobody answers while the master starts a new worker.
        if wire.statuses(create(api, name)) == [201]:
            return True
    time.sleep(0.2)
    return False


def test_whoever_kills_workers_loses_no_word_and_doubles_none(
    wire: Wire, acme: Workspace, api: Program
) -> None:
    """Forty writes while workers die one after the other; each is repeated until it is answered."""
    chance = random.Random(20261122)
    names = [f"Gate{number:02}" for number in range(40)]
    with ThreadPoolExecutor(4) as writers:
        runs = [writers.submit(write_until_answered, wire, api, names[at::4]) for at in range(4)]
        for _kill in range(6):
            time.sleep(chance.uniform(0.2, 0.6))
            for worker in wire.workers()[:1]:
                os.kill(worker, signal.SIGKILL)
        assert [run.result() for run in runs] == [[], [], [], []]
    with acme.scope() as session:
        found = session.scalars(select(Contact.name).order_by(Contact.name)).all()
    assert found == names


@contextmanager
def closed_database(laundry: Laundry) -> Iterator[None]:
    """Cut every line to the database and let nobody in until the block ends."""
    with laundry.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_database())")
        (database,) = cursor.fetchone() or ("",)
        try:
            cursor.execute(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
            cut(laundry)
            yield
        finally:
            cursor.execute(f"ALTER DATABASE {database} CONNECTION LIMIT -1")


def test_a_database_that_goes_and_comes_back_needs_no_restart(
    wire: Wire, acme: Workspace, api: Program, laundry: Laundry
) -> None:
    """Cut off and closed for a while under load: 503 meanwhile, nothing else, then all well."""
    seen: list[int] = []
    over = threading.Event()
    read = request("GET", "/api/v1/contacts", ACME, b"", f"Authorization: Bearer {api.token}")

    def ask() -> None:
        while not over.is_set():
            seen.extend(wire.statuses(read))

    askers = [threading.Thread(target=ask) for _asker in range(3)]
    for asker in askers:
        asker.start()
    try:
        until(lambda: 200 in seen)
        with closed_database(laundry):
            until(lambda: 503 in seen)
            away = wire.send(read)
        until(lambda: seen[-3:] == [200, 200, 200])
    finally:
        over.set()
        for asker in askers:
            asker.join()
    assert b" 503 " in away.split(b"\r\n")[0]
    assert b"Retry-After:" in away
    assert set(seen) == {200, 503}
    with acme.scope() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
