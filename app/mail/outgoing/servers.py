"""A firm's own mail server: kept with its password sealed, tried out, switched on and off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.identity.limits import Limit, counter, take
from app.identity.operations.guard import require, require_change
from app.identity.sealing import seal, unseal
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.kernel.outgoing.targets import Unfit, read_host
from app.kernel.whole import whole
from app.mail.messages.rights import SETUP
from app.mail.outgoing.models import STARTTLS, TLS, MailServer
from app.mail.smtp import Server, try_out
from app.mail.trouble import Failing, Kind, Trouble, Unreadable, told
from config.settings import Settings

STAMP = "mail_server"  # Drawn when one is kept or removed: without one nobody asks for it.
PORTS = frozenset({25, 465, 587, 2465, 2525, 2587})  # On which mail servers take mails.
SECURITIES: dict[str, Text] = {
    TLS: _("TLS from the first byte (usually port 465)"),
    STARTTLS: _("STARTTLS (usually port 587)"),
}
TOLD = ("host", "port", "security", "user", "is_on")  # What the audit tells a change of.
TRIES = Limit("mail-server:test", 20, 3600)  # Of one workspace: each is a call outside.
MOST_LETTERS = 254


@dataclass(frozen=True, slots=True)
class Wish:
    """A mail server as its form says it; an empty password leaves the one that is kept."""

    host: str = ""
    port: str = ""
    security: str = ""
    user: str = ""
    password: str = ""
    is_on: bool = False


def mail_server(by: Actor) -> MailServer | None:
    """The firm's own, whether on or off; no statement where there was never one."""
    if stamps.stamp(by.session, STAMP) is None:
        return None
    return by.session.scalars(select(MailServer)).one_or_none()


def save_server(wish: Wish, by: Actor, settings: Settings) -> MailServer:
    """Keep a server; Refused with a message per field.

    Another host is not given the password that is kept for this one.
    """
    require_change(by, *SETUP)
    known = mail_server(by) or MailServer(host="", user="", password="")
    before = {key: getattr(known, key) for key in TOLD}
    _checked(wish, known, settings)
    server = _held(by)
    host, port = _checked(wish, server, settings)  # Somebody else may have changed it just now.
    place = (server.host, server.port, server.security, server.user)
    if wish.password or place != (host, port, wish.security, wish.user.strip()):
        server.worked_at = server.failed_at = server.error = None
    server.host, server.port, server.security = host, port, wish.security
    server.user, server.is_on = wish.user.strip(), wish.is_on
    if wish.password:
        server.password = seal(wish.password, settings.keys, by.tenant.id, server.id)
    server.updated_at, server.updated_by_id = by.now, by.user_id
    stamps.draw(by.session, STAMP)
    changes = {
        key: [before[key], getattr(server, key)]
        for key in TOLD
        if before[key] != getattr(server, key)
    }
    write_event(by, "mail_server", server.id, "updated", changes=changes)
    return server


def _held(by: Actor) -> MailServer:
    """The one row of the workspace, held; whoever makes it at the same moment waits."""
    empty = {"host": "", "port": 0, "security": STARTTLS, "user": "", "password": ""}
    row = insert(MailServer).values(id=new_id(), is_the_one=True, updated_at=by.now, **empty)
    by.session.execute(row.on_conflict_do_nothing(index_elements=["is_the_one"]))
    held = select(MailServer).with_for_update().execution_options(populate_existing=True)
    return by.session.scalars(held).one()


def remove_server(by: Actor) -> None:
    """Forget the server: mails go out by the service's again."""
    require_change(by, *SETUP)
    server = mail_server(by)
    if server is not None:
        write_event(by, "mail_server", server.id, "deleted", changes={"host": [server.host, None]})
        by.session.delete(server)
        stamps.draw(by.session, STAMP)


def try_server(
    by: Actor, settings: Settings, call: Callable[[Server], None] = try_out
) -> str | None:
    """Sign in at the server without sending anything; the answer is what went wrong, if so."""
    require(by, *SETUP)
    kept = mail_server(by)
    if kept is None:
        raise Refused(_("There is no mail server yet."))
    take([counter(by.tenant, TRIES, "")], by.now)
    try:
        call(opened(kept, by, settings))
    except Failing as error:
        note_failure(error.trouble.kept, by)
        return told(error.trouble.kept)
    note_success(by)
    return None


def opened(kept: MailServer, by: Actor, settings: Settings) -> Server:
    """The server as it is talked to; Unreadable where its password opens no more."""
    password = unseal(kept.password, settings.keys, by.tenant.id, kept.id)
    if password is None:
        raise Unreadable(Trouble(Kind.PASSWORD))
    return Server(
        kept.host,
        kept.port,
        kept.user,
        password,
        tls_first=kept.security == TLS,
        is_strangers=True,
        allow_loopback=settings.outgoing_loopback,
    )


def note_failure(kept: str, by: Actor) -> None:
    """Keep what went wrong and since when, to be told in the settings and where mails are written.

    It fails since the first failure after it worked, and says what the last one said.
    """
    since = func.coalesce(MailServer.failed_at, by.now)
    by.session.execute(update(MailServer).values(error=kept, failed_at=since))


def note_success(by: Actor) -> None:
    """Keep that it works."""
    by.session.execute(update(MailServer).values(error=None, failed_at=None, worked_at=by.now))


def failing_since(by: Actor) -> tuple[datetime, str] | None:
    """Since when the server that is used fails, and what it said last."""
    server = mail_server(by)
    if server is None or not server.is_on or server.failed_at is None:
        return None
    return server.failed_at, told(server.error or "")


def _checked(wish: Wish, server: MailServer, settings: Settings) -> tuple[str, int]:
    """Host and port of what was typed, all of it in order; Refused with a message per field."""
    errors: dict[str, Text | str] = {}
    host = _host(wish.host, settings, errors)
    port = _port(wish.port, settings, errors)
    user = wish.user.strip()
    if wish.security not in SECURITIES:
        errors["security"] = _("This is not one of the values to choose from.")
    if not user:
        errors["user"] = _("Enter the user that the server knows you by.")
    # Whoever changes where the password goes must know it.
    if not wish.password and not (server.password and (server.host, server.user) == (host, user)):
        errors["password"] = _("Enter the password; it is kept encrypted.")
    for key, typed in (("user", wish.user), ("password", wish.password)):
        if len(typed) > MOST_LETTERS or not typed.isprintable():
            errors[key] = _("At most %(limit)s characters in one line.", limit=MOST_LETTERS)
        elif not typed.isascii():
            errors[key] = _("Mail servers take letters, digits and signs of a plain keyboard only.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return host, port


def _host(typed: str, settings: Settings, errors: dict[str, Text | str]) -> str:
    try:
        return read_host(typed.strip(), allow_loopback=settings.outgoing_loopback)
    except Unfit:
        errors["host"] = _("Enter the name of a public mail server such as smtp.example.com.")
        return ""


def _port(typed: str, settings: Settings, errors: dict[str, Text | str]) -> int:
    port = whole(typed.strip()) or 0
    if port in PORTS or (settings.outgoing_loopback and 1024 < port < 65536):
        return port
    errors["port"] = _("Mail servers take mails on the ports 25, 465, 587, 2465, 2525 or 2587.")
    return 0
