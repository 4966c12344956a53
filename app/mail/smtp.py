"""Handing a message to the mail server, and reading from its answer whether to try again."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from app.jobs.errors import GiveUp, TryLater
from app.kernel.outgoing import Line, Unreachable, reach

TIMEOUT = 20.0  # Seconds for each step of the conversation.
ANSWER_TIMEOUT = 300.0  # For the answer to a mail: scanners look at it before they say yes.
OK, FORWARDED = 250, 251
CLOSING = 421  # "Service not available, closing transmission channel".
UNREACHABLE = {
    "address": "The mail server has no public address, or none at all.",
    "connection": "No connection to the mail server.",
    "time": "The mail server did not answer in time.",
}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class ServerAway(TryLater):
    """The server does not serve us at all, whomever the mail is for."""


class Uncertain(Exception):
    """The line was lost after the mail was given: nobody knows whether the server has it."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes out, as `smtp://user:password@host:587` or `smtps://` say it.

    `smtps` encrypts from the first byte, `smtp` as soon as the server offers it.
    """

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls_first: bool = False
    is_strangers: bool = False  # Somebody else named it, so it is judged before it is called.
    allow_loopback: bool = False

    @classmethod
    def parse(cls, url: str) -> Server:
        """Read SMTP_URL; TryLater where it says nothing usable, since that can be mended."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise TryLater("SMTP_URL is missing or is no smtp:// or smtps:// address.")
        tls_first = parts.scheme == "smtps"
        try:
            port = parts.port or (465 if tls_first else 587)
        except ValueError:
            raise TryLater("The port in SMTP_URL is no port.") from None
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port, user, password, tls_first)


def deliver(server: Server, message: EmailMessage, recipient: str) -> None:
    """Send `message` to one recipient; TryLater or GiveUp say what a refusal means."""
    envelope_from = message["From"].addresses[0].addr_spec
    try:
        with _connection(server) as smtp:
            smtp.send_message(message, from_addr=envelope_from, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _meaning(code, said) from error
    except smtplib.SMTPAuthenticationError as error:
        # Whatever its number: the recipient is not to blame, and the operator can mend it.
        raise ServerAway(
            f"The mail server did not accept our sign-in ({error.smtp_code})."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise GiveUp(
            f"The mail server can't carry this address or lacks a feature: {error}"
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:  # It can't be said to a server.
        raise ServerAway(f"The mail server was lost: {type(error).__name__}: {error}") from error


def hand_over(
    server: Server, sender: str, recipients: Sequence[str], content: bytes
) -> dict[str, str]:
    """Give one mail for several recipients; answers with those that were refused, and why.

    TryLater and GiveUp where nobody has it, Uncertain where that can't be known.
    """
    is_given = False
    try:
        with _connection(server) as smtp:
            refused = _envelope(smtp, sender, recipients)
            is_given = True
            if smtp.sock is not None:
                smtp.sock.settimeout(ANSWER_TIMEOUT)
            code, said = smtp.data(content)
            if not 200 <= code < 300:
                raise _meaning(code, said)
            return refused
    except smtplib.SMTPAuthenticationError as error:
        raise ServerAway(
            f"The mail server did not accept our sign-in ({error.smtp_code})."
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        told = f"The mail server was lost: {type(error).__name__}: {error}"
        raise (Uncertain(told) if is_given else ServerAway(told)) from error


def _envelope(smtp: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> dict[str, str]:
    """Say who writes to whom; the answer is who was refused, when not everybody was."""
    options: list[str] = []
    if not all(one.isascii() for one in (sender, *recipients)):
        if not smtp.has_extn("smtputf8"):
            raise GiveUp("The mail server can't carry addresses beyond Latin letters.")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    code, said = smtp.mail(sender, options)
    if code != OK:
        raise _meaning(code, said)
    answers = {one: smtp.rcpt(one) for one in recipients}
    refused = {one: answer for one, answer in answers.items() if answer[0] not in (OK, FORWARDED)}
    if len(refused) == len(answers):
        raise _meaning(*next(iter(refused.values())))
    return {one: str(_meaning(*answer)) for one, answer in refused.items()}


@contextmanager
def _connection(server: Server) -> Iterator[smtplib.SMTP]:
    """A conversation with the server, encrypted where it can be, ended politely where possible."""
    context = ssl.create_default_context()
    smtp = _line_to(server, context)
    try:
        smtp.ehlo()
        if not server.tls_first and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.user:
            _sign_in(smtp, server)
        yield smtp
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        smtp.close()


def try_out(server: Server) -> None:
    """Call a server and sign in, without sending anything; TryLater and GiveUp as for a mail."""
    try:
        with _connection(server) as smtp:
            smtp.noop()
    except smtplib.SMTPAuthenticationError as error:
        raise ServerAway(
            f"The mail server did not accept our sign-in ({error.smtp_code})."
        ) from error
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ServerAway(f"The mail server was lost: {type(error).__name__}: {error}") from error


def _line_to(server: Server, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.is_strangers:
        smtp: _Judged = (
            _JudgedTls(timeout=TIMEOUT, context=context)
            if server.tls_first
            else _Judged(timeout=TIMEOUT)
        )
        smtp.allow_loopback = server.allow_loopback
        smtp._host = server.host  # type: ignore[attr-defined]
        smtp.connect(server.host, server.port)
        return smtp
    if server.tls_first:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)


class _Judged(smtplib.SMTP):
    """A conversation with a server that somebody named: never with one of our own network."""

    allow_loopback = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        try:
            stream = reach(Line(allow_loopback=self.allow_loopback), host, port)
        except Unreachable as error:
            raise ServerAway(UNREACHABLE[error.reason]) from error
        stream.settimeout(timeout)
        return stream


class _JudgedTls(_Judged, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        stream = super()._get_socket(host, port, timeout)
        context: ssl.SSLContext = self.context
        return context.wrap_socket(stream, server_hostname=host)


def _sign_in(smtp: smtplib.SMTP, server: Server) -> None:
    """Give our password only to an encrypted line, or to this machine."""
    is_here = server.host in LOCAL and (server.allow_loopback or not server.is_strangers)
    if not isinstance(smtp.sock, ssl.SSLSocket) and not is_here:
        raise ServerAway("The mail server offers no encryption, so it does not get our password.")
    smtp.login(server.user, server.password)


def _meaning(code: int, said: bytes | str) -> TryLater | GiveUp:
    """4xx is "not now", 5xx is "never", 421 means everybody: RFC 5321, sections 4.2.1 and 3.8."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    reason = f"The mail server answered {code}: {' '.join(words.split())}"
    if code == CLOSING:
        return ServerAway(reason)
    return GiveUp(reason) if 500 <= code < 600 else TryLater(reason)
