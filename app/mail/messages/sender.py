"""The worker's part of sending: one message after the other, each outside of any transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from uuid import UUID

import structlog

from app.jobs.errors import NotYet, TryLater, is_database_away
from app.kernel import clock
from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Answer
from app.kernel.language import gettext, using
from app.mail.breaker import HELD, Breaker
from app.mail.hourly import take_turn
from app.mail.messages.attach import files_to_send
from app.mail.messages.hidden import opened_bcc
from app.mail.messages.models import UNSIGNED, Message, State
from app.mail.messages.outbox import (
    Outcome,
    due,
    next_due,
    settle,
    take,
    under_way,
    wait_after,
    wake,
)
from app.mail.messages.people import kept_people
from app.mail.messages.wire import build, from_header
from app.mail.messages.write import demand_writer
from app.mail.outgoing.domains import signed
from app.mail.outgoing.servers import note_failure, note_success
from app.mail.outgoing.way import Way, goes_by_own, way_of
from app.mail.smtp import Server, hand_over
from app.mail.trouble import Failing, Kind, Never, NotNow, ServerAway, Trouble, Uncertain, words_of
from app.records.files.find import path_of
from config.settings import Settings
from tenants.facts import TenantFacts
from tenants.scope import tenant_scope

MOST = 100  # Messages of one workspace in a row; then others have their turn.
AT_ONCE = 2  # Mails of one workspace to a server of its own, which may take minutes for each.
RECHECK = timedelta(minutes=1)
LONGEST = timedelta(minutes=4)  # Of one run: slow servers must not cost the worker its life.

log = structlog.get_logger(__name__)
_breakers: dict[UUID, Breaker] = {}  # Of firms' own servers, by workspace.


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message as it goes over the wire, and to whom."""

    id: UUID
    taken_at: datetime
    attempts: int
    sender: str
    recipients: list[str]
    content: bytes
    server: Server | None = None  # The firm's own; the service's without.


def send_due(tenant: TenantFacts, settings: Settings, breaker: Breaker) -> None:
    """Send what is due in a workspace; called outside of any scope.

    NotYet where the workspace has sent its share of the hour.
    """
    begun = clock.now()
    for _number in range(MOST):
        with tenant_scope(tenant) as session:
            by = service_actor(session, tenant, clock.now(), via="job")
            if by.now - begun >= LONGEST:
                break
            parcel = _next(by, settings)
        if parcel is None:
            return
        outcome = _send(parcel, settings, _breaker_for(parcel, tenant, breaker))
        with tenant_scope(tenant) as session:
            by = service_actor(session, tenant, clock.now(), via="job")
            settle(parcel.id, parcel.taken_at, outcome, by)
            if parcel.server is not None:
                _note(outcome, by)
    with tenant_scope(tenant) as session:
        by = service_actor(session, tenant, clock.now(), via="job")
        wake(by, by.now)


def _next(by: Actor, settings: Settings) -> Parcel | None:
    while (message := due(by)) is not None:
        if not goes_by_own(by):  # Only what the service's server sends counts for its share.
            take_turn(by, settings.mails_per_hour)
        elif under_way(by) >= AT_ONCE:
            wake(by, by.now + RECHECK)
            return None
        take(message, by)
        try:
            with by.session.begin_nested():
                demand_writer(message, by)
                return _parcel(message, by, settings)
        except Exception as error:
            if is_database_away(error):
                raise
            # It stays with its writer, and holds up no other.
            message.state, message.error = State.FAILED, _why(error, message)
    at = next_due(by.session)
    if at is not None:
        wake(by, max(at, by.now))
    return None


def _why(error: Exception, message: Message) -> str:
    with using(message.language):
        if isinstance(error, Answer):
            return str(error.message)
        if isinstance(error, Failing):
            return error.trouble.kept
        if isinstance(error, (ValueError, MessageError, FileNotFoundError)):
            return Trouble(Kind.MADE, words_of(str(error))).kept
        log.error("message_not_made", message_id=str(message.id), exc_info=error)
        return gettext("Something went wrong on our side.")


def _parcel(message: Message, by: Actor, settings: Settings) -> Parcel:
    files = [(file, path_of(file, by)) for file in files_to_send(message, by)]
    way = way_of(message, by, settings)
    mail = build(message, settings.mail_from, files, as_itself=way.as_itself)
    content = mail.as_bytes()
    if way.domain is not None:
        content = signed(content, way.domain, by, settings)
    people = [one for key in ("to", "cc") for one in kept_people(message.recipients[key])]
    people += opened_bcc(message, by, settings)
    # Where nobody takes mail in for us, reports go to the address that the mail is from.
    from_ = from_header(message, settings.mail_from, as_itself=way.as_itself)
    sender = way.envelope or from_.addr_spec
    _note_way(message, way, from_.addr_spec)
    recipients = [one.address for one in people]
    return Parcel(message.id, by.now, message.attempts, sender, recipients, content, way.server)


def _note_way(message: Message, way: Way, address: str) -> None:
    """Keep with a mail that it comes from another address than its sender's, and why."""
    held = {key: value for key, value in message.options.items() if key != UNSIGNED}
    if way.lost is not None:
        held[UNSIGNED] = {"domain": way.lost.domain, "address": address}
    if held != message.options:
        message.options = held


def _breaker_for(parcel: Parcel, tenant: TenantFacts, breaker: Breaker) -> Breaker:
    """A server of a firm that fails says nothing of the others."""
    return _breakers.setdefault(tenant.id, Breaker()) if parcel.server is not None else breaker


def _note(outcome: Outcome, by: Actor) -> None:
    """Keep how the firm's own server does."""
    if outcome.state is State.SENT:
        note_success(by)
    elif outcome.is_away or outcome.state is State.UNKNOWN:
        note_failure(outcome.error or "", by)


def _send(parcel: Parcel, settings: Settings, breaker: Breaker) -> Outcome:
    try:
        with breaker.asking(clock.now()):
            server = parcel.server or Server.parse(settings.smtp_url)
            refused = hand_over(server, parcel.sender, parcel.recipients, parcel.content)
    except NotYet as held:
        return Outcome(State.WAITING, HELD.kept, wait=held.wait, counts=False)
    except Uncertain as lost:
        return Outcome(State.UNKNOWN, lost.trouble.kept)
    except Never as never:
        return Outcome(State.FAILED, never.trouble.kept, never.refused)
    except TryLater as away:
        wait = wait_after(parcel.attempts)
        state = State.FAILED if wait is None else State.WAITING
        why = away.trouble.kept if isinstance(away, NotNow) else str(away)
        return Outcome(state, why, wait=wait, is_away=isinstance(away, ServerAway))
    return Outcome(State.SENT, refused=refused)
