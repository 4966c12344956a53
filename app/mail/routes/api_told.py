"""What messages look like to programs."""

from __future__ import annotations

from typing import Any

from app.kernel.language import _
from app.mail.messages.models import IN, OUT, State
from app.records.openapi.files import BYTES as FILE_BYTES
from app.records.openapi.files import CONTENT
from app.records.openapi.parts import (
    FLAG,
    ID,
    LOCATION,
    MOMENT,
    TEXT,
    WHOLE,
    answer,
    nullable,
    one_of,
    page_of,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema

TAG = _("E-mails")


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


MAILBOX = record_of(name=TEXT, address=nullable(TEXT))
BOUNCE = record_of(
    address=TEXT,
    kind=one_of("hard", "soft", "delayed", "complaint"),
    status=TEXT,
    said=TEXT,
    at=MOMENT,
)
FILE = record_of(id=ID, name=TEXT, size=WHOLE, content=TEXT)
LINE: dict[str, Schema] = {
    "id": ID,
    "direction": one_of(OUT, IN),
    "state": one_of(*(one.value for one in State)),
    "thread_id": ID,
    "from": ref("Mailbox"),
    "to": _list(ref("Mailbox")),
    "cc": _list(ref("Mailbox")),
    "bcc": {"type": ["array", "null"], "items": ref("Mailbox")},
    "subject": TEXT,
    "text": TEXT,
    "is_private": FLAG,
    "user_id": nullable(ID),
    "at": MOMENT,
    "send_at": nullable(MOMENT),
    "created_at": MOMENT,
    "error": nullable(TEXT),
    "refused": _list(TEXT),
    "bounces": _list(ref("Bounce")),
    "sent_as": nullable(TEXT),
    "message_id": TEXT,
    "in_reply_to": nullable(TEXT),
    "files": _list(ref("MessageFile")),
}
NAMED: dict[str, Schema] = {
    "Mailbox": MAILBOX,
    "MessageFile": FILE,
    "Bounce": BOUNCE,
    "MessageLine": record_of(**LINE),
    "Sender": record_of(
        id=nullable(ID),
        name=TEXT,
        address=TEXT,
        reply_to=TEXT,
        is_shared=FLAG,
        signature=TEXT,
    ),
    "Message": record_of(
        **LINE,
        html=nullable(TEXT),
        records=_list(record_of(record_type=TEXT, record_id=ID)),
    ),
}
ADDRESSES: Schema = {**_list(TEXT), "maxItems": 50}
WISH: dict[str, Schema] = {
    "to": {**ADDRESSES, "minItems": 1},
    "cc": ADDRESSES,
    "bcc": ADDRESSES,
    "subject": {**TEXT, "minLength": 1, "maxLength": 300},
    "body": TEXT,
    "send_at": nullable(MOMENT),
    "is_private": FLAG,
    "is_signed": FLAG,
    "quotes": FLAG,
    "answers_id": nullable(ID),
    "sender_id": nullable(ID),
    "file_ids": {**_list(ID), "maxItems": 20},
}
SENT = sent(("to", "subject"), **WISH)
BROUGHT = sent(("message",), message=SENT, file={**_list(FILE_BYTES), "maxItems": 20})
SENDERS: dict[str, Any] = {"200": answer(page_of("Sender"))}
LIST: dict[str, Any] = {"200": answer(page_of("MessageLine"))}
ONE: dict[str, Any] = {"200": answer(ref("Message"))}
MADE: dict[str, Any] = {"201": answer(ref("Message"), LOCATION)}
BYTES = CONTENT
