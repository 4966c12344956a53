"""What programs are told of what is personal: one's settings, notices and work that takes long."""

from __future__ import annotations

from typing import Any

from app.identity.news import KINDS
from app.identity.operations.news_mail import WAYS
from app.jobs.progress import State
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.api.inputs import is_narrowed
from app.records.openapi.parts import (
    FLAG,
    ID,
    MOMENT,
    PAGED,
    TEXT,
    WHOLE,
    answer,
    nullable,
    one_of,
    page_of,
    parameter,
    record_of,
    ref,
    sent,
)
from app.records.openapi.values import Schema

ME, NOTICES, WORK = _("Own settings"), _("Notices"), _("Work in the background")
WANTED: Schema = {"type": "array", "items": one_of(*KINDS)}
MAILS: Schema = {
    "type": "object",
    "properties": dict.fromkeys(KINDS, one_of(*WAYS)),
    "additionalProperties": False,
}
PERSON = record_of(
    id=ID,
    name=TEXT,
    email=TEXT,
    phone=nullable(TEXT),
    language=nullable(TEXT),
    zone=nullable(TEXT),
    role_id=ID,
    team_id=nullable(ID),
    news=WANTED,
    mails=MAILS,
    digest_time=TEXT,
)
CHANGE = sent(
    name=TEXT,
    language=nullable(TEXT),
    zone=nullable(TEXT),
    news=WANTED,
    mails=MAILS,
    digest_time=TEXT,
)
NOTICE = record_of(
    id=ID,
    text=TEXT,
    url=TEXT,
    at=MOMENT,
    read_at=nullable(MOMENT),
    record_type=nullable(TEXT),
    record_id=nullable(ID),
    kinds={"type": "array", "items": TEXT},
)
READ = sent(ids={"type": "array", "items": ID})
UNREAD = {"200": answer(record_of(unread=WHOLE))}
ONE_WORK = record_of(
    id=ID,
    kind=TEXT,
    title=TEXT,
    state=one_of(*State),
    done=WHOLE,
    total=WHOLE,
    error=nullable(TEXT),
    url=nullable(TEXT),
    is_cancellable=FLAG,
    created_at=MOMENT,
    finished_at=nullable(MOMENT),
)


def _whole(by: Actor) -> bool:
    return not is_narrowed(by)


OFFERED: dict[str, Any] = {"is_offered": _whole}
OWN: dict[str, Any] = {
    "answers": {"200": answer(ref("Me"))},
    "schemas": {"Me": PERSON},
    **OFFERED,
}
LISTED: dict[str, Any] = {
    "answers": {"200": answer(page_of("Notice"))},
    "parameters": (*PAGED, parameter("unread", FLAG)),
    "schemas": {"Notice": NOTICE},
    **OFFERED,
}
WORKS: dict[str, Any] = {
    "answers": {"200": answer(page_of("Work"))},
    "parameters": (*PAGED, parameter("under_way", FLAG)),
    "schemas": {"Work": ONE_WORK},
    **OFFERED,
}
OF_WORK: dict[str, Any] = {
    "answers": {"200": answer(ref("Work"))},
    "schemas": {"Work": ONE_WORK},
    **OFFERED,
}
