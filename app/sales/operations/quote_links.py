"""The link of a quote: made and ended by colleagues, used by the customer to answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity import outside
from app.identity.actors import SECRET_LENGTH
from app.identity.operations.guard import require_change
from app.identity.secret import digest, new_secret
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.access import may_do
from app.records.door import perform
from app.records.pages.changes import Tells
from app.records.registry import registry
from app.sales.models import Quote

SHARE = ("document", "share")
ANSWERED = ("accepted", "declined")
LINKED, UNLINKED = "quote_linked", "quote_unlinked"


def make_link(quote: Quote, by: Actor) -> str:
    """Make the address by which the customer answers, told this once; an older one ends.

    Refused where there is nothing to answer: before a quote is sent, and after it was decided.
    """
    _require(quote, by)
    if not quote.is_open:
        raise Refused(_("Only a quote that was sent and not answered has a link."))
    secret = new_secret()
    quote.link_digest = digest(secret)
    write_event(by, "quote", quote.id, LINKED, account_id=quote.account_id)
    return outside.workspace_url(by.tenant, f"/q/{secret}")


def end_link(quote: Quote, by: Actor) -> None:
    """Let the link of a quote lead nowhere from now on."""
    _require(quote, by)
    if quote.link_digest is not None:
        quote.link_digest = None
        write_event(by, "quote", quote.id, UNLINKED, account_id=quote.account_id)


def tell_link(verb: str, _changes: Mapping[str, Any]) -> Text | None:
    """The words of an event of a quote's link."""
    return {
        LINKED: _("made a link by which the customer answers"),
        UNLINKED: _("ended the link by which the customer answers"),
    }.get(verb)


TELLS = Tells((LINKED, UNLINKED), tell_link)


def quote_by_secret(secret: str, session: Session, *, held: bool = False) -> Quote | None:
    """The quote that a link leads to, or None; with `held`, of two who answer one comes first."""
    if not secret or len(secret) > SECRET_LENGTH:
        return None
    statement = select(Quote).where(Quote.link_digest == digest(secret), Quote.deleted_at.is_(None))
    if held:
        statement = statement.with_for_update()
    return session.scalars(statement, execution_options={"populate_existing": held}).one_or_none()


def stands(quote: Quote, by: Actor) -> str:
    """What a link says of its quote now: open, its answer, or that it is over."""
    if quote.status in ANSWERED:
        return quote.status
    if quote.status != "sent" or quote.valid_until is None or quote.valid_until < by.today():
        return "over"
    return "open"


def accept_by_link(quote: Quote, by: Actor, *, name: str, agreed: bool, address: str) -> None:
    """The customer says yes; the second of two who do so at once finds it done, and that is all."""
    if quote.status == "accepted":
        return
    errors = {}
    if not name.strip():
        errors["name"] = _("Please enter your name.")
    if not agreed:
        errors["agreed"] = _("Please tick that you accept the quote.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    perform("quote", "accept", quote, by=by, name=name, address=address)


def decline_by_link(quote: Quote, by: Actor, *, name: str, reason: str, address: str) -> None:
    """The customer says no, and why."""
    if quote.status == "declined":
        return
    if not reason.strip():
        raise Refused(_("Please say why."), field="reason")
    perform("quote", "decline", quote, by=by, name=name, reason=reason, address=address)


def _require(quote: Quote, by: Actor) -> None:
    require_change(by, *SHARE)
    if not may_do(registry().type("quote"), quote, "update", by):
        raise NotPermitted(_("Your role does not allow this on this record."))
