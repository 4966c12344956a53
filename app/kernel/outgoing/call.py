"""One call to an address that a tenant gave: looked up once, judged, and connected to that number.

A name may lead elsewhere the next time it is looked up (DNS rebinding), so what was judged is what
is connected to; TLS and the header Host still say the name. No redirect is followed, no proxy of
the environment is asked, and neither time nor size is the other side's to decide.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.outgoing.targets import Target, Unfit, is_public, read_host, read_target

SECONDS = 10.0  # From the look-up to the last byte that is read.
CONNECTING = 4.0  # For one number; a host may have several.
MOST = 100_000  # Bytes of an answer; the rest is not read.
READ = 16_384

Resolve = Callable[[str, int, float], Sequence[str]]
Dial = Callable[[str, int, float], socket.socket]


class Unreachable(Exception):
    """No answer came. `reason` is address, connection, certificate, time or answer.

    `address` stands for a host that is unknown and for one that is not public alike, so that
    nobody learns from us what there is inside.
    """

    def __init__(self, reason: str, seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Heard:
    """What was answered: the status, headers by their name in lower case, the body's beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float


def look_up(host: str, port: int, seconds: float) -> list[str]:
    """The numbers of a host; none where it has none, or where the look-up takes too long.

    The system's look-up can't be told how long it may take, so it runs in a thread of its own.
    """
    found: list[str] = []

    def ask() -> None:
        try:
            told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(dict.fromkeys(str(one[4][0]) for one in told))

    thread = threading.Thread(target=ask, name="look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    return [] if thread.is_alive() else list(found)


def connect(number: str, port: int, seconds: float) -> socket.socket:
    """A connection to one number."""
    return socket.create_connection((number, port), timeout=seconds)


@dataclass(frozen=True, slots=True)
class Line:
    """How calls go out; tests put their own look-up and connections in, or reach this machine."""

    allow_loopback: bool = False
    seconds: float = SECONDS
    resolve: Resolve = look_up
    dial: Dial = connect
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)


def call(line: Line, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Heard:
    """Send one request and answer with what was said; Unreachable where nothing was."""
    began = time.monotonic()
    deadline = began + line.seconds
    try:
        target = read_target(url, allow_loopback=line.allow_loopback)
        stream = _open(line, target, deadline)
        try:
            status, told, heard = _ask(stream, deadline, method, target, headers, body)
        finally:
            stream.close()
    except (Unfit, UnicodeError):
        raise Unreachable("address", time.monotonic() - began) from None
    except Unreachable as error:
        error.seconds = time.monotonic() - began
        raise
    except ssl.SSLCertVerificationError:
        raise Unreachable("certificate", time.monotonic() - began) from None
    except TimeoutError:
        raise Unreachable("time", time.monotonic() - began) from None
    except (OSError, EOFError):
        raise Unreachable("connection", time.monotonic() - began) from None
    except (http.client.HTTPException, ValueError):
        raise Unreachable("answer", time.monotonic() - began) from None
    return Heard(status, told, heard, time.monotonic() - began)


def reach(line: Line, host: str, port: int) -> socket.socket:
    """A connection to a host of any service, judged as for `call`; Unreachable where it is none."""
    deadline = time.monotonic() + line.seconds
    try:
        return _open(
            line,
            Target("", read_host(host, allow_loopback=line.allow_loopback), port, ""),
            deadline,
        )
    except (Unfit, UnicodeError):
        raise Unreachable("address") from None
    except TimeoutError:
        raise Unreachable("time") from None
    except OSError:
        raise Unreachable("connection") from None


def _open(line: Line, target: Target, deadline: float) -> socket.socket:
    """A connection to the first number that answers, when every number of the host is public."""
    numbers = line.resolve(target.host, target.port, _left(deadline))
    if not numbers or not all(
        is_public(one, allow_loopback=line.allow_loopback) for one in numbers
    ):
        raise Unreachable("address")
    stream: socket.socket | None = None
    failure: OSError = TimeoutError()
    for number in numbers:
        try:
            stream = line.dial(number, target.port, min(CONNECTING, _left(deadline)))
            break
        except OSError as error:
            failure = error
    if stream is None:
        raise failure
    if not target.is_tls:
        return stream
    try:
        stream.settimeout(_left(deadline))
        return line.tls.wrap_socket(stream, server_hostname=target.host)
    except BaseException:
        stream.close()
        raise


def _ask(
    stream: socket.socket,
    deadline: float,
    method: str,
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
) -> tuple[int, dict[str, str], bytes]:
    default = http.client.HTTPS_PORT if target.is_tls else http.client.HTTP_PORT
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.default_port = default  # Host names the port only where it is unusual.
    connection.sock = _Timed(stream, deadline)
    connection.request(method, target.path, body, {"Connection": "close", **headers})
    response = connection.getresponse()
    told = {name.lower(): value for name, value in response.getheaders()}
    heard = b""
    # An answer that is cut short has said enough: its status counts.
    while len(heard) < MOST and (piece := _piece(response, MOST - len(heard))):
        heard += piece
    return response.status, told, heard


def _piece(response: http.client.HTTPResponse, most: int) -> bytes:
    try:
        return response.read1(min(READ, most))
    except (http.client.IncompleteRead, ConnectionError):
        return b""


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """A connection whose every word comes before the deadline, as http.client uses it."""

    def __init__(self, stream: socket.socket, deadline: float) -> None:
        self.stream, self.deadline = stream, deadline

    def sendall(self, data: bytes) -> None:
        self.stream.settimeout(_left(self.deadline))
        self.stream.sendall(data)

    def makefile(self, *_mode: object) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.stream, self.deadline))

    def close(self) -> None:
        """The stream is closed by who opened it."""


class _Reader(io.RawIOBase):
    def __init__(self, stream: socket.socket, deadline: float) -> None:
        super().__init__()
        self.stream, self.deadline = stream, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        self.stream.settimeout(_left(self.deadline))
        return self.stream.recv_into(buffer)  # type: ignore[arg-type]  # Whatever can be written to.
