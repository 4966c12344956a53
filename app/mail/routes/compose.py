"""Writing a mail on a record's page."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, jsonify, request
from sqlalchemy import select

from app.kernel.actor import Actor
from app.kernel.errors import Missing, NoSpace, OverLimit, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _, gettext
from app.mail.messages.find import find_message, find_mine
from app.mail.messages.models import Message, State
from app.mail.messages.once import press_of, sent_before
from app.mail.messages.rights import SEND
from app.mail.messages.templates import fill
from app.mail.messages.unreachable import clear_all
from app.mail.messages.wish import Wish
from app.mail.messages.write import write
from app.mail.pages.beginning import Begun
from app.mail.pages.composer import composer, refused
from app.mail.pages.finding import find_addresses
from app.mail.routes.blueprint import asked_place, blueprint, place_for, settings
from app.records.model import Record
from app.records.routes.blueprint import record_url
from app.records.types import RecordType
from app.web.access import access
from app.web.formats import formats
from app.web.render import fragment, is_htmx, page, see_other
from app.web.toasts import toast
from app.web.uploads import arrived

FORM = "mail/compose.html"
TEXTS = ("to", "cc", "bcc", "subject", "body", "send_at", "reply", "draft", "sender")
SAID = (*TEXTS, "private", "signed", "quotes", "chosen", "kept")


@blueprint.get("/<collection:collection>/<uuid:record_id>/mail")
@access(permission=SEND)
def show_composer(collection: str, record_id: UUID) -> Response:
    """The form of a mail: a new one, an answer (`reply`), or a draft gone on with (`draft`).

    Each `file` of the record goes along from the start.
    """
    record_type, record, by = place_for(collection, record_id)
    begun = _begun(request.args.get("reply"), request.args.get("draft"), by)
    files = [found for one in request.args.getlist("file") if (found := parse_id(one))]
    begun = replace(begun, files=tuple(files))
    return page(FORM, "form", it=composer(record_type, record, begun, by, settings()))


@blueprint.post("/<collection:collection>/<uuid:record_id>/mail")
@access(permission=SEND, takes_files=True)
def send_mail(collection: str, record_id: UUID) -> Response:
    """Let a mail go out in some seconds or later; the message takes it back."""
    record_type, record, by = place_for(collection, record_id)
    typed = request.form
    press = _press(record_id, by)
    if (message := sent_before(press, by)) is not None:
        return _sent(message, record_type, record, by)
    begun = _begun(typed.get("reply"), typed.get("draft"), by)
    try:
        wish = Wish(
            to=typed.get("to", ""),
            cc=typed.get("cc", ""),
            bcc=typed.get("bcc", ""),
            subject=typed.get("subject", ""),
            body=typed.get("body", ""),
            send_at=typed.get("send_at", ""),
            is_private="private" in typed,
            is_signed="signed" in typed,
            quotes="quotes" in typed,
            answers=begun.answers,
            draft=begun.draft,
            press=press,
            sender=parse_id(typed.get("sender")),
            brought=arrived(),
            chosen=_ids("chosen"),
            kept=_ids("kept"),
        )
        message = write(record_type, record, wish, by, settings())
    except (Refused, OverLimit, NoSpace) as answer:
        by.session.rollback()
        record_type, record, by = place_for(collection, record_id)
        begun = _begun(typed.get("reply"), typed.get("draft"), by)
        kept = frozenset(typed.getlist("kept"))
        held = frozenset(typed.getlist("held"))
        ticks = {"chosen": frozenset(typed.getlist("chosen")), "dropped": held - kept}
        it = refused(record_type, record, begun, typed, ticks, answer, by, settings())
        return page(FORM, "form", status=answer.status, it=it)
    return _sent(message, record_type, record, by)


def _press(record_id: UUID, by: Actor) -> str:
    said = [(key, *request.form.getlist(key)) for key in SAID]
    return press_of(request.form.get("press", ""), [(str(record_id),), *said], arrived(), by)


def _sent(message: Message, record_type: RecordType, record: Record, by: Actor) -> Response:
    _tell(message, by)
    if not is_htmx() or _is_own_page():
        return see_other(record_url(record_type, record.id))
    response = page("_problem.html", "problem")
    response.headers["HX-Trigger"] = "records-changed, drawer-close"
    return response


def _is_own_page() -> bool:
    """True where the form is a page by itself, which has nothing left to show once it is sent."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path == request.path


@blueprint.get("/<collection:collection>/<uuid:record_id>/mail/templates/<uuid:template_id>")
@access(permission=SEND)
def fill_template(collection: str, record_id: UUID, template_id: UUID) -> Response:
    """One of the firm's texts filled in for a record, in a `language`, for the form's script."""
    _type, record, by = place_for(collection, record_id)
    filled = fill(template_id, record, by, request.args.get("language", ""))
    note = ""
    if filled.missing:
        names = formats(by).listed(filled.missing)
        note = gettext("Nothing is known for: %(names)s", names=names)
    return jsonify(subject=filled.subject, body=filled.body, note=note)


@blueprint.post("/<collection:collection>/<uuid:record_id>/mail/reachable")
@access(permission=SEND)
def try_addresses_again(collection: str, record_id: UUID) -> Response:
    """Take the addresses of a record for good again."""
    record_type, record, by = place_for(collection, record_id)
    clear_all(record_type, record, by)
    toast(_("The address counts as good again."))
    return see_other(record_url(record_type, record_id))


@blueprint.get("/messages/addresses")
@access(permission=SEND)
def offer_addresses() -> Response:
    """Whom a mail can go to, by words; without any, whoever belongs to the record."""
    record_type, record, by = asked_place()
    words = request.args.get("q", "")[:80]
    return fragment("records/_options.html", found=find_addresses(words, record_type, record, by))


def _tell(message: Message, by: Actor) -> None:
    undo = f"/messages/{message.id}/back"
    if message.is_later:
        when = formats(by).moment(message.at, by.today())
        toast(_("The e-mail will be sent: %(when)s", when=when), undo_url=undo)
    else:
        toast(_("The e-mail is sent in ten seconds."), undo_url=undo)


def _begun(reply: str | None, draft: str | None, by: Actor) -> Begun:
    """The messages that a form was opened for."""
    reply_id, draft_id = parse_id(reply), parse_id(draft)
    answers = find_message(reply_id, by)[0] if reply_id else None
    found = find_mine(draft_id, by)[0] if draft_id else None
    if found is not None and found.state != State.DRAFT:
        raise Missing(_("There is no such e-mail."))
    if found is not None and answers is None:
        answers = _answered(found, by)
    return Begun(answers, found)


def _answered(draft: Message, by: Actor) -> Message | None:
    """What a draft answers, as far as its writer may still read it."""
    if draft.in_reply_to is None:
        return None
    earlier = by.session.scalars(
        select(Message)
        .where(Message.thread_id == draft.thread_id, Message.message_id == draft.in_reply_to)
        .order_by(Message.at.desc())
        .limit(1)
    ).one_or_none()
    if earlier is None:
        return None
    try:
        return find_message(earlier.id, by)[0]
    except Missing:
        return None


def _ids(field: str) -> list[UUID]:
    return [found for one in request.form.getlist(field) if (found := parse_id(one))]
