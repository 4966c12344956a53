"""The firm's text templates, offered where mails are written."""

from __future__ import annotations

from uuid import UUID

from app.documents.papers.language import customer_language
from app.documents.texts.models import Purpose
from app.documents.texts.operations import get_template, templates_for
from app.documents.texts.render import render
from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.language import OFFERED, _
from app.mail.messages.templates import Filled, Offer
from app.records.model import Record
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType


def find(record_type: RecordType, by: Actor) -> list[Offer]:
    """The templates for mails and messages about records of a type."""
    found = templates_for(record_type.key, by, Purpose.MAIL, Purpose.TEXT)
    return [Offer(one.id, one.name) for one in found]


def fill(template_id: UUID, record: Record, by: Actor, language: str = "") -> Filled:
    """A template filled in for a record in a language, else in that of its customer.

    Missing where it is one for other records; Refused for a language that is none of ours.
    """
    template = get_template(by, template_id)
    declared = registry().get(template.record_type)
    if declared is None or not isinstance(record, declared.model):
        raise Missing(_("There is no such page."))
    if language and language not in OFFERED:
        raise Refused(_("This is not one of the values to choose from."), field="language")
    language = language or customer_language(tailored(declared, by), record, by)
    done = render(template, record, language, by)
    missing = tuple(dict.fromkeys(gap.path for gap in done.missing))
    return Filled(done.subject, done.body, missing)
