"""The settings of senders: the firm's shared ones and a person's further addresses."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.identity.operations.guard import require
from app.identity.routes.asking import show, submit, typed
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.mail.messages.rights import SEND, SETUP
from app.mail.messages.signatures import LONGEST
from app.mail.pages.senders import OWN, SHARED, lines, place_of, role_choices
from app.mail.routes.blueprint import blueprint, settings
from app.mail.senders import operations
from app.mail.senders.models import Sender
from app.mail.senders.operations import Wish
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

LIST, FORM = "mail/senders.html", "mail/sender.html"


@blueprint.get(SHARED)
@access(permission=SETUP)
def show_shared_senders() -> Response:
    """The firm's senders."""
    by = current.actor()
    return page(LIST, url=SHARED, shared=True, lines=lines(operations.shared_senders(by), by))


@blueprint.get(OWN)
@access(permission=SEND)
def show_own_senders() -> Response:
    """The reader's further addresses."""
    by = current.actor()
    return page(LIST, url=OWN, shared=False, lines=lines(operations.own_senders(by), by))


@blueprint.get(f"{SHARED}/new")
@access(permission=SETUP)
def new_shared_sender() -> Response:
    """The form of a new sender of the firm."""
    return show(FORM, _form(None, shared=True))


@blueprint.get(f"{OWN}/new")
@access(permission=SEND)
def new_own_sender() -> Response:
    """The form of a further address of the reader's."""
    return show(FORM, _form(None, shared=False), typed={"name": current.actor().name})


@blueprint.post(f"{SHARED}/new")
@access(permission=SETUP)
def add_shared_sender() -> Response:
    """Add a sender of the firm and mail it a code."""
    return _add(shared=True)


@blueprint.post(f"{OWN}/new")
@access(permission=SEND)
def add_own_sender() -> Response:
    """Add an address of the reader's and mail it a code."""
    return _add(shared=False)


@blueprint.get(f"{SHARED}/<uuid:sender_id>")
@blueprint.get(f"{OWN}/<uuid:sender_id>")
@access()  # See `_found`.
def show_sender(sender_id: UUID) -> Response:
    """One sender: its code while it waits for it, and what can be changed."""
    sender = _found(sender_id)
    kept = {"name": sender.name, "signature": sender.signature, "reply_to": sender.reply_to or ""}
    return show(FORM, _form(sender, shared=sender.is_shared), typed=kept)


@blueprint.post(f"{SHARED}/<uuid:sender_id>")
@blueprint.post(f"{OWN}/<uuid:sender_id>")
@access()  # See `_found`.
def change_sender(sender_id: UUID) -> Response:
    """Keep a sender."""

    def work() -> Response:
        sender = _found(sender_id)
        operations.change_sender(sender, _wish(), current.actor())
        toast(_("Saved."))
        return see_other(place_of(sender))

    def again() -> dict[str, object]:
        sender = _found(sender_id)
        return _form(sender, shared=sender.is_shared, is_typed=True)

    return submit(work, FORM, again)


@blueprint.post(f"{SHARED}/<uuid:sender_id>/confirm")
@blueprint.post(f"{OWN}/<uuid:sender_id>/confirm")
@access()  # See `_found`.
def confirm_sender(sender_id: UUID) -> Response:
    """Take the code that was mailed."""

    def work() -> Response:
        sender = _found(sender_id)
        operations.confirm(sender, typed("code"), current.actor(), settings())
        toast(_("Confirmed: e-mails can come from this address."))
        return see_other(place_of(sender))

    def again() -> dict[str, object]:
        sender = _found(sender_id)
        return _form(sender, shared=sender.is_shared)

    return submit(work, FORM, again)


@blueprint.post(f"{SHARED}/<uuid:sender_id>/code")
@blueprint.post(f"{OWN}/<uuid:sender_id>/code")
@access()  # See `_found`.
def mail_code_again(sender_id: UUID) -> Response:
    """Mail a new code."""
    sender = _found(sender_id)
    operations.mail_code(sender, current.actor(), settings())
    toast(_("A new code is on its way to %(address)s.", address=sender.address))
    return see_other(f"{place_of(sender)}/{sender.id}")


@blueprint.post(f"{SHARED}/<uuid:sender_id>/delete")
@blueprint.post(f"{OWN}/<uuid:sender_id>/delete")
@access()  # See `_found`.
def delete_sender(sender_id: UUID) -> Response:
    """Remove a sender."""
    sender = _found(sender_id)
    place = place_of(sender)
    operations.remove_sender(sender, current.actor())
    toast(_("The sender was removed."))
    return see_other(place)


def _add(*, shared: bool) -> Response:
    def work() -> Response:
        by = current.actor()
        sender = operations.add_sender(_wish(), by, settings(), shared=shared)
        toast(_("A code is on its way to %(address)s.", address=sender.address))
        return see_other(f"{place_of(sender)}/{sender.id}")

    return submit(work, FORM, lambda: _form(None, shared=shared, is_typed=True))


def _found(sender_id: UUID) -> Sender:
    """A sender at its own address: for a shared one the settings' right is asked, and no other."""
    by = current.actor()
    is_own = request.path.startswith(f"{OWN}/")
    require(by, *(SEND if is_own else SETUP))
    sender = operations.find_sender(sender_id, by)
    if sender.is_shared == is_own:
        raise operations.no_sender()
    return sender


def _wish() -> Wish:
    return Wish(typed("address"), typed("name"), typed("signature"), typed("reply_to"), _roles())


def _roles() -> list[UUID]:
    return [found for one in request.form.getlist("role") if (found := parse_id(one))]


def _form(sender: Sender | None, *, shared: bool, is_typed: bool = False) -> dict[str, object]:
    place = SHARED if shared else OWN
    chosen = _roles() if is_typed else list(sender.role_ids if sender is not None else ())
    return {
        "url": f"{place}/{sender.id}" if sender is not None else f"{place}/new",
        "back": place,
        "sender": sender,
        "shared": shared,
        "most": LONGEST,
        "roles": role_choices(chosen, current.actor()) if shared else [],
    }
