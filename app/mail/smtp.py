"""Handing a message to the mail server, and reading from its answer whether to try again."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from app.jobs.errors import TryLater
from app.mail.talk import Chatter, Overdue, Talk, TlsTalk
from app.mail.trouble import (
    Failing,
    Kind,
    Never,
    NotNow,
    ServerAway,
    Trouble,
    Uncertain,
    words_of,
)

# Seconds. All that comes before the text of a mail, and then two more for each recipient.
TALKING = 60.0
EACH = 2.0
ANSWERING = 300.0  # For the answer to a mail: scanners look at it before they say yes.
PACE = 100_000  # Bytes a second that a server takes at least.
DELIVERING = 150.0  # For a mail of the service itself, all in all; its job has half a minute more.
TRYING = 20.0  # For a sign-in that is tried out: somebody waits for it at a page.
LEAVING = 5.0
OK, FORWARDED = 250, 251
CLOSING = 421  # "Service not available, closing transmission channel".
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


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
        with _meant(), _conversation(server, DELIVERING) as talk:
            talk.send_message(message, from_addr=envelope_from, to_addrs=[recipient])
    except Uncertain as lost:  # Sent at least once: its Message-ID tells the second as the first.
        raise ServerAway(lost.trouble) from lost


def hand_over(
    server: Server, sender: str, recipients: Sequence[str], content: bytes
) -> dict[str, str]:
    """Give one mail for several recipients; answers with those that were refused, and why.

    TryLater and GiveUp where nobody has it, Uncertain where that can't be known.
    """
    talking = TALKING + EACH * len(recipients)
    with _meant(), _conversation(server, talking) as talk:
        refused = _envelope(talk, sender, recipients)
        talk.allow(len(content) / PACE + ANSWERING)
        code, said = talk.data(content)
        if not 200 <= code < 300:
            raise _meaning(code, said)
        return refused


def try_out(server: Server) -> None:
    """Call a server and sign in, without sending anything; TryLater and GiveUp as for a mail."""
    with _meant(), _conversation(server, TRYING) as talk:
        talk.noop()


def _envelope(talk: Talk, sender: str, recipients: Sequence[str]) -> dict[str, str]:
    """Say who writes to whom; the answer is who was refused, when not everybody was."""
    options: list[str] = []
    if not all(one.isascii() for one in (sender, *recipients)):
        if not talk.has_extn("smtputf8"):
            raise Never(Trouble(Kind.LETTERS))
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    code, said = talk.mail(sender, options)
    if code != OK:
        raise _meaning(code, said)
    answers = {one: talk.rcpt(one) for one in recipients}
    refused = {one: answer for one, answer in answers.items() if answer[0] not in (OK, FORWARDED)}
    told = {one: _answered(*answer) for one, answer in refused.items()}
    if len(refused) == len(answers):
        raise _meaning(*next(iter(refused.values())), told)
    return told


@contextmanager
def _conversation(server: Server, seconds: float) -> Iterator[Talk]:
    """A conversation with the server, encrypted where it can be, ended politely where possible.

    It has `seconds`, unless whoever talks allows more.
    """
    context = ssl.create_default_context()
    talk = TlsTalk(context=context) if server.tls_first else Talk()
    talk.is_strangers, talk.allow_loopback = server.is_strangers, server.allow_loopback
    talk.allow(seconds)
    try:
        talk.begin(server.host, server.port)
        talk.ehlo()
        if not server.tls_first and talk.has_extn("starttls"):
            talk.starttls(context=context)
            talk.ehlo()
        if server.user:
            _sign_in(talk, server)
        yield talk
        with suppress(smtplib.SMTPException, OSError, Overdue, Chatter):
            talk.allow(LEAVING)
            talk.quit()
    except Failing:
        raise
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused):
        raise
    except Exception as error:
        if not talk.has_text:
            raise
        raise Uncertain(_lost(error)) from error
    finally:
        talk.close()


@contextmanager
def _meant() -> Iterator[None]:
    """Say what went wrong in the words of our own."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _meaning(*next(iter(error.recipients.values()))) from error
    except smtplib.SMTPAuthenticationError as error:
        # Whatever its number: the recipient is not to blame, and it can be mended.
        said = _answered(error.smtp_code, error.smtp_error)
        raise ServerAway(Trouble(Kind.SIGN_IN, said)) from error
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Never(Trouble(Kind.LETTERS)) from error
    except (smtplib.SMTPException, OSError, ValueError, Overdue, Chatter) as error:
        if isinstance(error, Failing):
            raise
        raise ServerAway(_lost(error)) from error


def _lost(error: Exception) -> Trouble:
    """Why there is no conversation any more."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, (Overdue, TimeoutError)):
        return Trouble(Kind.TIME)
    if isinstance(error, Chatter):
        return Trouble(Kind.CHATTER)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Trouble(Kind.CERTIFICATE, detail=detail)
    if isinstance(error, ConnectionRefusedError):
        return Trouble(Kind.CONNECTION, detail=detail)
    return Trouble(Kind.LOST, detail=detail)


def _sign_in(talk: Talk, server: Server) -> None:
    """Give our password only to an encrypted line, or to this machine."""
    is_here = server.host in LOCAL and (server.allow_loopback or not server.is_strangers)
    if not isinstance(talk.sock, ssl.SSLSocket) and not is_here:
        raise ServerAway(Trouble(Kind.OPEN))
    try:
        talk.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError as error:
        raise ServerAway(Trouble(Kind.FEATURE, words_of(str(error)))) from error


def _meaning(code: int, said: bytes | str, refused: dict[str, str] | None = None) -> NotNow | Never:
    """4xx is "not now", 5xx is "never", 421 means everybody: RFC 5321, sections 4.2.1 and 3.8."""
    answer = _answered(code, said)
    if code == CLOSING:
        return ServerAway(Trouble(Kind.BUSY, answer))
    if 500 <= code < 600:
        return Never(Trouble(Kind.REFUSED, answer), refused)
    return NotNow(Trouble(Kind.BUSY, answer))


def _answered(code: int, said: bytes | str) -> str:
    """An answer in one line, its number first."""
    return f"{code} {words_of(said)}".strip()
