"""A client of HTTP/1.1 that costs next to nothing, so that what is measured is the service."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
END = b"\r\n\r\n"
PATIENCE = 30.0  # Seconds to wait for one answer.


class Broken(ConnectionError):
    """The service closed the connection before its answer was whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; header names are in lower case."""

    status: int
    head: bytes
    body: bytes

    @property
    def closes(self) -> bool:
        """True when the connection ends with this answer."""
        return CLOSES.search(self.head) is not None

    def headers(self, name: str) -> list[str]:
        """Every value of a header."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return [value.strip() for key, _sep, value in pairs if key.lower() == name]


def split_answer(buffer: bytes) -> Answer | None:
    """The answer at the beginning of `buffer`, or None while it is not whole."""
    at = buffer.find(END)
    if at < 0:
        return None
    head = buffer[:at]
    found = LENGTH.search(head)
    whole = at + len(END) + (int(found[1]) if found else 0)
    if len(buffer) < whole:
        return None
    return Answer(int(head[9:12]), head, buffer[at + len(END) : whole])


def write_request(
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes = b"",
) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def form(fields: Mapping[str, str | Sequence[str]]) -> bytes:
    """Fields as the body of an HTML form; a field with several values is sent several times."""
    return urlencode(fields, doseq=True).encode()


class Connection:
    """One kept-alive connection over the loopback."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its whole answer."""
        if self._socket is None:
            self._socket = connect(self._port)
        self._socket.sendall(request)
        buffer = b""
        while (answer := split_answer(buffer)) is None:
            received = self._socket.recv(262_144)
            if not received:
                raise Broken("The service closed the connection.")
            buffer += received
        if answer.closes:
            self.close()
        return answer

    def close(self) -> None:
        """End the connection; the next request opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def connect(port: int) -> socket.socket:
    """A connected socket that sends at once what it is given."""
    made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made
