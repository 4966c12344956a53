"""The firm's mail server and its domains as their settings show them."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.mail.outgoing.domains import Problem, domains_of
from app.mail.outgoing.models import MailDomain, MailServer
from app.mail.trouble import told
from app.web.formats import formats

PLACE = "/settings/mail-server"
PROBLEMS: dict[str, Text] = {
    Problem.MISSING: _("The record was not found. Name servers can take hours to tell of it."),
    Problem.OTHER: _("Another key stands there: copy the record again."),
    Problem.UNKNOWN: _("The name servers can’t be asked, so nothing is known. Try again later."),
}


GONE = _("The record is gone. Until it is back, e-mails come from the service’s address.")
LOST: dict[str, Text] = {Problem.MISSING: GONE}


@dataclass(frozen=True, slots=True)
class DomainLine:
    """A domain with the record that its owner sets."""

    url: str
    domain: str
    record_name: str
    record_text: str
    state: Text
    tone: str
    note: Text | str
    checked: str


@dataclass(frozen=True, slots=True)
class ServerState:
    """How the firm's own mail server does."""

    state: Text
    tone: str
    note: str


def server_state(server: MailServer, by: Actor) -> ServerState:
    """The state of the server in words."""
    write = formats(by)
    if server.failed_at is not None:
        since = write.moment(server.failed_at, by.today())
        said = told(server.error or "")
        note = gettext("Since %(when)s: %(problem)s", when=since, problem=said)
        return ServerState(_("Fails"), "bad", note)
    if server.worked_at is not None:
        return ServerState(_("Works"), "good", write.relative(server.worked_at, by.now))
    return ServerState(_("Not tried yet"), "info", "")


def domain_lines(by: Actor) -> list[DomainLine]:
    """Every domain in words."""
    return [_line(one, by) for one in domains_of(by)]


def _line(one: MailDomain, by: Actor) -> DomainLine:
    is_known = one.verified_at is not None
    state = _("Signed for") if is_known else _("Waits for its record")
    tone, note = "good" if is_known else "warn", PROBLEMS[one.problem] if one.problem else ""
    if one.lost_at is not None:
        state, tone = _("Record gone"), "bad"
        when = formats(by).moment(one.lost_at, by.today())
        why = LOST.get(one.problem or "", note)
        note = _("Since %(when)s: %(problem)s", when=when, problem=why)
    return DomainLine(
        f"{PLACE}/domains/{one.id}",
        one.domain,
        one.record_name,
        one.record_text,
        state,
        tone,
        note,
        formats(by).relative(one.checked_at, by.now) if one.checked_at else "",
    )
