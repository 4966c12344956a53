"""E-mails for programs: those of a record, one of them, a new one, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, current_app, request

from app.identity.routes.paging import asked_place, cursor_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.mail.messages import write
from app.mail.messages.find import file_of, find_message, find_mine, messages_of
from app.mail.messages.models import Message
from app.mail.messages.people import listed, read_people
from app.mail.messages.places import takes_mail
from app.mail.messages.rights import SEND
from app.mail.messages.told import lines_told, message_told, reads_mails
from app.mail.messages.wish import Wish
from app.mail.routes import api_told as told
from app.mail.routes.blueprint import blueprint, settings
from app.records.access import fetch
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.body import JSON_TYPES, demand_known, read_object
from app.records.api.inputs import flag_of, id_of, ids_of, text_of
from app.records.api.shape import Reply, dumps
from app.records.files.find import path_of
from app.records.model import Record
from app.records.openapi.described import described
from app.records.openapi.parts import PAGED
from app.records.routes.api import repeatable, send, subject
from app.records.routes.sending import as_attachment
from app.records.types import RecordType
from app.web import current
from app.web.access import Who, access
from app.web.uploads import arrived
from tenants.arriving import Arriving

BASE = "/api/v1/messages"
ONE = f"{BASE}/<uuid:message_id>"
OF_RECORD = "/api/v1/<collection>/<record_id>/messages"
MULTIPART = "multipart/form-data"
Body = dict[str, Any]


def _described(
    operation: str, answers: Mapping[str, Any], **more: Any
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Describe one of these calls; all refer to the same schemas."""
    more = {"is_offered": reads_mails, **more}
    return described(operation, told.TAG, answers, schemas=told.NAMED, **more)


@blueprint.get(OF_RECORD)
@_described("list_messages", told.LIST, parameters=PAGED, fits=takes_mail)
@access(who=Who.TOKEN, record_verb="read")
def list_messages(collection: str, record_id: str) -> Response:
    """One page of the e-mails on a record, the newest first."""
    record_type, record, by = _place(collection, record_id)
    limit = read_page(request.args, ("cursor",))
    before = asked_place(request.args)
    found = messages_of(record_type, record, by, limit, before)
    more, found = len(found) > limit, found[:limit]
    following = cursor_of(found[-1].at.isoformat(), found[-1].id) if more else None
    return send(Reply(200, dumps({"data": lines_told(found, by), "next": following})))


@blueprint.post(OF_RECORD)
@_described(
    "send_message",
    told.MADE,
    sends=told.SENT,
    sends_form=told.BROUGHT,
    is_repeatable=True,
    is_offered=lambda by: reads_mails(by) and by.may(*SEND),
    fits=takes_mail,
)
@access(who=Who.TOKEN, permission=SEND, record_verb="read", takes_files=True)
def send_message(collection: str, record_id: str) -> Response:
    """Let an e-mail about a record go out in ten seconds, or at `send_at`; see `cancel`.

    Files come along in a form: the JSON as its field `message`, each file as a field `file`.
    """
    record_type, record, by = _place(collection, record_id)
    refuse_arguments(list(request.args))
    body, brought = _sent()
    demand_known(body, told.WISH)

    def work() -> Reply:
        wish = replace(_wish(body, by), brought=brought)
        made = write.write(record_type, record, wish, by, settings())
        answer = _reply(made, by, 201)
        answer.headers["Location"] = f"{BASE}/{made.id}"
        return answer

    said = {**body, "file": [{"name": one.name, "sha256": one.digest} for one in brought]}
    return repeatable(by, said if brought else body, work)


@blueprint.get(ONE)
@_described("get_message", told.ONE)
@access(who=Who.TOKEN)
def show_one_message(message_id: UUID) -> Response:
    """One e-mail, with the cleaned HTML of what came in and the records that it stands on."""
    refuse_arguments(list(request.args))
    by = current.actor()
    return send(_reply(_found(message_id, by), by))


@blueprint.post(f"{ONE}/cancel")
@_described(
    "cancel_message",
    told.ONE,
    is_repeatable=True,
    is_offered=lambda by: reads_mails(by) and by.may(*SEND),
)
@access(who=Who.TOKEN, permission=SEND)
def cancel_message(message_id: UUID) -> Response:
    """Take an e-mail back that waits, which makes it a draft; 409 once it is on its way."""
    refuse_arguments(list(request.args))
    by = current.actor()
    body = read_object(request.get_data(), request.mimetype, may_be_empty=True)
    demand_known(body, ())

    def work() -> Reply:
        message, _type, _record = find_mine(message_id, by)
        write.take_back(message, by)
        return _reply(message, by)

    return repeatable(by, body, work)


@blueprint.get(f"{ONE}/files/<uuid:file_id>")
@_described("get_message_file", told.BYTES)
@access(who=Who.TOKEN)
def fetch_message_file(message_id: UUID, file_id: UUID) -> Response:
    """The bytes of a file of an e-mail."""
    refuse_arguments(list(request.args))
    by = current.actor()
    file = file_of(_found(message_id, by), file_id, by)
    return as_attachment(path_of(file, by), file.name, file.sent_as)


def _place(collection: str, record_id: str) -> tuple[RecordType, Record, Actor]:
    """A record whose mails the caller may read."""
    by, record_type = subject(collection)
    if not takes_mail(record_type):
        raise Missing(_("There is no such page."))
    _demand_reading(by)
    return record_type, fetch(record_type, parse_id(record_id), by), by


def _found(message_id: UUID, by: Actor) -> Message:
    _demand_reading(by)
    return find_message(message_id, by)[0]


def _demand_reading(by: Actor) -> None:
    if not reads_mails(by):
        raise NotPermitted(_("The scopes of this token do not allow this."))


def _sent() -> tuple[Body, Sequence[Arriving]]:
    """What a program sends: JSON, or a form with that and files."""
    if request.mimetype != MULTIPART:
        # Only what comes as files is let in at length; words are as bounded as anywhere.
        request.max_content_length = current_app.config["MAX_CONTENT_LENGTH"]
        return read_object(request.get_data(), request.mimetype), ()
    demand_known([*request.form, *request.files], ("message", "file"))
    said = request.form.getlist("message")
    if len(said) != 1:
        raise Refused(_("Send the e-mail as JSON in one field “message”."), field="message")
    return read_object(said[0].encode(), JSON_TYPES[0]), arrived()


def _wish(body: Body, by: Actor) -> Wish:
    """What a program wants to send; Refused with the field that is of another kind."""
    answers_id = id_of(body, "answers_id") if body.get("answers_id") is not None else None
    return Wish(
        to=_line(body, "to"),
        cc=_line(body, "cc"),
        bcc=_line(body, "bcc"),
        subject=text_of(body, "subject"),
        body=text_of(body, "body"),
        send_at=_moment(body),
        is_private=bool(flag_of(body, "is_private")),
        is_signed=bool(flag_of(body, "is_signed")),
        quotes=bool(flag_of(body, "quotes")),
        sender=id_of(body, "sender_id") if body.get("sender_id") is not None else None,
        answers=find_message(answers_id, by)[0] if answers_id else None,
        chosen=ids_of(body, "file_ids") or [],
    )


def _line(body: Body, key: str) -> str:
    """Addresses as people type them in one line; each text of the list is one."""
    texts = body.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise Refused(_("Give a list of addresses."), field=key)
    people = []
    for text in texts:
        found = read_people(text, key)
        if len(found) != 1:
            raise Refused(_("Give one address in each text of the list."), field=key)
        people += found
    return listed(people)


def _moment(body: Body) -> str:
    return text_of(body, "send_at") if body.get("send_at") is not None else ""


def _reply(message: Message, by: Actor, status: int = 200) -> Reply:
    return Reply(status, dumps(message_told(message, by)))
