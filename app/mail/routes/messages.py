"""Mails by themselves: read, taken back, sent at once or again, and their files."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from app.kernel.errors import Missing
from app.kernel.language import _
from app.kernel.whole import whole
from app.mail.messages import write
from app.mail.messages.body import body_page
from app.mail.messages.find import file_of, find_message, find_mine
from app.mail.messages.models import Message
from app.mail.messages.places import links_of
from app.mail.messages.rights import SEND
from app.mail.pages.cards import LOOKS
from app.mail.pages.message import message_page
from app.mail.pages.timeline import entry, thread
from app.mail.routes.blueprint import asked_place, blueprint, settings
from app.records.files.find import path_of
from app.records.model import Record
from app.records.routes.blueprint import next_or, record_url
from app.records.routes.sending import as_attachment
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.render import fragment, is_htmx, page, see_other
from app.web.toasts import toast

ONE = "/messages/<uuid:message_id>"


@blueprint.get(ONE)
@access()
def show_message(message_id: UUID) -> Response:
    """One mail with its whole thread, in the drawer or as a page."""
    by = current.actor()
    message, record_type, record = find_message(message_id, by)
    it = message_page(message, record_type, record, by, settings())
    return page("mail/message.html", "form", it=it)


@blueprint.get(f"{ONE}/body")
@access()
def show_body(message_id: UUID) -> Response:
    """What came as HTML, cleaned, in a frame where nothing runs; pictures from afar when asked."""
    message, _type, _record = find_message(message_id, current.actor())
    if message.html is None:
        raise Missing(_("There is no such page."))
    return body_page(message.html, with_pictures=request.args.get("pictures") == "1")


@blueprint.get(f"{ONE}/card")
@access()
def show_card(message_id: UUID) -> Response:
    """The card of a mail as it stands now."""
    message, record_type, record = _on_place(message_id)
    looked = min(whole(request.args.get("looked", "")) or 0, LOOKS)
    shown = entry(message, record_type, record, current.actor(), looked)
    return fragment(shown.template, entry=shown)


@blueprint.get(f"{ONE}/earlier")
@access()
def show_earlier(message_id: UUID) -> Response:
    """The mails before one in its thread."""
    message, record_type, record = _on_place(message_id)
    entries = thread(message, record_type, record, current.actor())
    return fragment("mail/_thread.html", entries=entries)


@blueprint.get(f"{ONE}/files/<uuid:file_id>")
@access()
def fetch_attachment(message_id: UUID, file_id: UUID) -> Response:
    """The bytes of a file of a mail, to be saved and never shown where we are."""
    by = current.actor()
    message, _type, _record = find_message(message_id, by)
    file = file_of(message, file_id, by)
    return as_attachment(path_of(file, by), file.name, file.sent_as)


@blueprint.post(f"{ONE}/back")
@access(permission=SEND)
def take_back(message_id: UUID) -> Response:
    """Take a mail back that waits; what was typed is kept as a draft."""
    by = current.actor()
    message, record_type, record = find_mine(message_id, by)
    write.take_back(message, by)
    toast(
        _("It was not sent and is kept as a draft."),
        open_url=f"{record_url(record_type, record.id)}/mail?draft={message.id}",
        open_label=_("Go on writing"),
    )
    return _done(record_type, record)


@blueprint.post(f"{ONE}/now")
@access(permission=SEND)
def send_now(message_id: UUID) -> Response:
    """Send a mail now that was to go later."""
    by = current.actor()
    message, record_type, record = find_mine(message_id, by)
    write.send_now(message, by)
    toast(_("The e-mail is being sent."))
    return _done(record_type, record)


@blueprint.post(f"{ONE}/again")
@access(permission=SEND)
def send_again(message_id: UUID) -> Response:
    """Try a mail once more, under the same Message-ID."""
    by = current.actor()
    message, record_type, record = find_mine(message_id, by)
    write.send_again(message, by)
    toast(_("The e-mail is being sent again."))
    return _done(record_type, record)


@blueprint.post(f"{ONE}/discard")
@access(permission=SEND)
def discard(message_id: UUID) -> Response:
    """Remove a draft."""
    by = current.actor()
    message, record_type, record = find_mine(message_id, by)
    write.discard(message, by)
    toast(_("The draft was removed."))
    return _done(record_type, record)


def _on_place(message_id: UUID) -> tuple[Message, RecordType, Record]:
    """A mail on the record whose page asks; Missing where it does not stand there."""
    record_type, record, by = asked_place()
    message, _type, _record = find_message(message_id, by)
    places = {(one.record_type, one.record_id) for one in links_of(message, by)}
    if (record_type.key, record.id) not in places:
        raise Missing(_("There is no such e-mail."))
    return message, record_type, record


def _done(record_type: RecordType, record: Record) -> Response:
    if not is_htmx():
        return see_other(next_or(record_url(record_type, record.id)))
    response = page("_problem.html", "problem")
    response.headers["HX-Trigger"] = "records-changed, drawer-close"
    return response
