"""What layers above the records put into the menu of a record's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask import Flask, current_app

from app.kernel.actor import Actor
from app.records.model import Record
from app.records.pool.reading import is_read_in_pool
from app.records.types import RecordType
from app.web.shell import Link

PLACE = "record_links"  # Among the application's extensions.
Offer = Callable[[RecordType, Record, Actor], Iterable[Link]]


def offer_links(app: Flask, offer: Offer) -> None:
    """Let an application's records offer more in their menu; start-up calls it."""
    app.extensions.setdefault(PLACE, []).append(offer)


def links_of(record_type: RecordType, record: Record, by: Actor) -> list[Link]:
    """What the menu of a record offers besides; nothing of one read by the pool alone."""
    if is_read_in_pool(record_type, by):
        return []
    offers: list[Offer] = current_app.extensions.get(PLACE, [])
    return [link for offer in offers for link in offer(record_type, record, by)]
