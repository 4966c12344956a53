"""A firm's mail server that is slow or talks without end holds nobody: neither page nor worker."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from app.mail import smtp, talk
from app.mail.outgoing.models import MailServer
from app.mail.smtp import Server, hand_over, try_out
from app.mail.trouble import Failing, Kind, ServerAway, Uncertain
from tests.cast import Person, Workspace
from tests.mail.test_own_server import PLACE, keep

Behaviour = Callable[[socket.socket], None]
GREETING = b"220 slow.example ready\r\n"
LIMIT = 1.0  # Seconds that a conversation has in these tests.
BEARABLE = 4.0  # Seconds, on a machine that does other things too.


def dribble(line: socket.socket) -> None:
    """A byte now and then, each well within any time for one step."""
    while True:
        line.sendall(b"2")
        time.sleep(0.1)


def preach(line: socket.socket) -> None:
    """A greeting of lines without end."""
    while True:
        line.sendall(b"220-And another thing\r\n" * 50)


def swell(line: socket.socket) -> None:
    """One line without end."""
    line.sendall(b"220 ")
    while True:
        line.sendall(b"x" * 1000)


def say_nothing(line: socket.socket) -> None:
    """Not even a greeting."""
    line.recv(1)


def answer(line: socket.socket, until: bytes) -> None:
    """Take commands, up to the one that begins with `until`."""
    line.sendall(GREETING)
    with line.makefile("rb") as told:
        for command in told:
            if command.upper().startswith(until):
                return
            line.sendall(b"250 OK\r\n")


def stop_reading(line: socket.socket) -> None:
    """Ask for the text of a mail and read none of it."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    answer(line, b"DATA")
    line.sendall(b"354 Go on\r\n")
    time.sleep(BEARABLE)


def think(line: socket.socket) -> None:
    """Take a mail, and dribble over whether it is kept."""
    answer(line, b"DATA")
    line.sendall(b"354 Go on\r\n")
    held = b""
    while not held.endswith(b"\r\n.\r\n"):
        held += line.recv(65536)
    dribble(line)


def hesitate(line: socket.socket) -> None:
    """Dribble where the text of a mail should be asked for."""
    answer(line, b"DATA")
    dribble(line)


@pytest.fixture
def servers() -> Iterator[Callable[[Behaviour], int]]:
    """Start servers that behave so; each tells its port."""
    sockets: list[socket.socket] = []

    def serve(listener: socket.socket, behave: Behaviour) -> None:
        while True:
            try:
                line, _address = listener.accept()
            except OSError:
                return
            sockets.append(line)
            threading.Thread(target=conduct, args=(line, behave), daemon=True).start()

    def conduct(line: socket.socket, behave: Behaviour) -> None:
        try:
            behave(line)
        except OSError:
            return

    def start(behave: Behaviour) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        sockets.append(listener)
        threading.Thread(target=serve, args=(listener, behave), daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for one in sockets:
        one.close()


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second where there are twenty, sixty or three hundred."""
    for name in ("TRYING", "TALKING", "ANSWERING"):
        monkeypatch.setattr(smtp, name, LIMIT)
    monkeypatch.setattr(smtp, "PACE", 100_000_000)


def server(port: int) -> Server:
    return Server("127.0.0.1", port, is_strangers=True, allow_loopback=True)


@pytest.mark.parametrize(
    ("behave", "kind"),
    [
        (dribble, Kind.TIME),
        (say_nothing, Kind.TIME),
        (preach, Kind.CHATTER),
        (swell, Kind.CHATTER),
    ],
)
def test_a_server_that_is_tried_out_has_so_long_and_so_many_words(
    servers: Callable[[Behaviour], int], behave: Behaviour, kind: Kind
) -> None:
    begun = time.monotonic()
    with pytest.raises(Failing) as found:
        try_out(server(servers(behave)))
    assert time.monotonic() - begun < BEARABLE
    assert found.value.trouble.kind == kind


@pytest.mark.parametrize(
    ("behave", "error"),
    [(dribble, ServerAway), (hesitate, ServerAway), (stop_reading, Uncertain), (think, Uncertain)],
)
def test_a_mail_is_unknown_only_once_its_text_was_given(
    servers: Callable[[Behaviour], int], behave: Behaviour, error: type[Failing]
) -> None:
    begun = time.monotonic()
    with pytest.raises(error) as found:
        hand_over(server(servers(behave)), "a@b.example", ["c@d.example"], b"x\r\n" * 3_000_000)
    assert type(found.value) is error
    assert found.value.trouble.kind == Kind.TIME
    assert time.monotonic() - begun < BEARABLE + LIMIT


def test_the_usual_times_end_before_a_mail_counts_as_lost() -> None:
    from app.mail.messages.attach import MOST_BYTES
    from app.mail.messages.outbox import LEASE
    from app.mail.messages.people import MOST

    written = MOST_BYTES * 4 / 3 * 1.1
    whole = 60.0 + smtp.EACH * MOST + written / 100_000 + 300.0
    assert talk.CONNECTING < 60.0
    assert whole < LEASE.total_seconds()


def test_the_page_answers_though_the_server_does_not(
    acme: Workspace, alice: Person, servers: Callable[[Behaviour], int]
) -> None:
    keep(alice, servers(dribble))
    begun = time.monotonic()
    page = alice.client.post(f"{PLACE}/test", follow_redirects=True).text
    assert time.monotonic() - begun < BEARABLE
    assert "It does not work: The mail server did not answer in time." in page
    with acme.scope() as session:
        assert session.scalars(select(MailServer.error)).one() == "time|"
