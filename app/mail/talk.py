"""A conversation with a mail server that ends when we want: neither time nor length is its to say.

A server that sends a byte every few seconds, or an answer of lines without end, would hold whoever
talks to it. So there is one moment for the whole conversation by which every byte must have come or
gone, and so many bytes of one answer.
"""

from __future__ import annotations

import io
import smtplib
import socket
import ssl
import time
from typing import TYPE_CHECKING

from app.kernel.outgoing import Line, Unreachable, reach
from app.mail.trouble import Kind, ServerAway, Trouble

if TYPE_CHECKING:
    from typing_extensions import Buffer

CONNECTING = 10.0  # Seconds, of those for the whole.
MOST = 20_000  # Bytes of one answer; the longest that is usual has some hundred.
PIECE = 16_384  # Bytes that are written before the clock is looked at again.
REASONS = {
    "address": Kind.ADDRESS,
    "connection": Kind.CONNECTION,
    "certificate": Kind.CERTIFICATE,
    "time": Kind.TIME,
}


class Overdue(Exception):
    """The moment for the whole has come."""


class Chatter(Exception):
    """An answer is longer than any server's."""


class Talk(smtplib.SMTP):
    """A conversation that must end before `until`, on the clock of `time.monotonic`.

    Overdue and Chatter where it does not behave; `has_text` is True once it was given a mail.
    """

    until = 0.0
    heard = 0  # Bytes of the answer that is being read.
    has_text = False
    is_strangers = False
    allow_loopback = False

    def allow(self, seconds: float) -> None:
        """Let what follows take so long."""
        self.until = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until the end; Overdue when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise Overdue
        return left

    def begin(self, host: str, port: int) -> None:
        """Connect; the certificate is judged by this host."""
        self._host = host
        self.connect(host, port)

    def getreply(self) -> tuple[int, bytes]:
        """One answer, whole and in time."""
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_Ear(self))
        self.heard = 0
        try:
            return super().getreply()
        except smtplib.SMTPResponseException:  # Of its own accord, for a line beyond 8 kB.
            raise Chatter from None

    def send(self, s: Buffer | str) -> None:
        """Say something; bytes are the text of a mail, commands are words."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("There is no connection.")
        self.has_text = self.has_text or not isinstance(s, str)
        said = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        try:
            for start in range(0, len(said), PIECE):
                self.sock.settimeout(self.left())
                self.sock.sendall(said[start : start + PIECE])
        except TimeoutError:
            raise Overdue from None
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(str(error)) from error

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        seconds = min(CONNECTING, self.left())
        if not self.is_strangers:
            stream = socket.create_connection((host, port), timeout=seconds)
        else:
            line = Line(allow_loopback=self.allow_loopback, seconds=seconds)
            try:
                stream = reach(line, host, port)
            except Unreachable as error:
                raise ServerAway(Trouble(REASONS[error.reason])) from error
        stream.settimeout(self.left())
        return stream


class TlsTalk(Talk, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        stream = super()._get_socket(host, port, timeout)
        context: ssl.SSLContext = self.context
        return context.wrap_socket(stream, server_hostname=host)


class _Ear(io.RawIOBase):
    """What is heard of a server, byte by byte counted."""

    def __init__(self, talk: Talk) -> None:
        super().__init__()
        self.talk = talk

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        stream = self.talk.sock
        if stream is None:
            return 0
        if self.talk.heard > MOST:
            raise Chatter
        try:
            stream.settimeout(self.talk.left())
            heard = int(stream.recv_into(buffer))  # type: ignore[arg-type]  # Anything writable.
        except TimeoutError:
            raise Overdue from None
        self.talk.heard += heard
        return heard
