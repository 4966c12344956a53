"""The blueprint of mails, and what its routes share."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request

from app.identity import outside
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.mail.messages.places import takes_mail
from app.records.model import Record
from app.records.routes.blueprint import record_for
from app.records.types import RecordType
from config.settings import Settings

blueprint = Blueprint("mail", __name__, template_folder="../templates")


def settings() -> Settings:
    """The service's settings."""
    return outside.settings()


def place_for(collection: str, record_id: UUID) -> tuple[RecordType, Record, Actor]:
    """A record that can be written to and that the reader may read."""
    record_type, record, by = record_for(collection, record_id, "read")
    if not takes_mail(record_type):
        raise Missing(_("There is no such page."))
    return record_type, record, by


def asked_place() -> tuple[RecordType, Record, Actor]:
    """The record that the address names as `on=contacts/<id>`."""
    collection, _slash, text = request.args.get("on", "").partition("/")
    record_id = parse_id(text)
    if record_id is None:
        raise Missing(_("There is no such page."))
    return place_for(collection, record_id)
