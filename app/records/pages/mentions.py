"""Mentions as people meet them: in a text on a page, and in the bell with the words around."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from markupsafe import Markup, escape
from sqlalchemy import Text, and_, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.events import Event
from app.identity.models import Notice
from app.identity.news import MENTIONED
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.access import permitted, readable_keys
from app.records.mentions.spots import has_sign, spots
from app.records.references import titles
from app.records.registry import registry
from app.records.types import RecordType

AROUND = 60  # Characters before and after a mention that the bell shows.


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: plain words, or the name of somebody who is mentioned."""

    text: str
    is_mention: bool = False
    is_me: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """What was written where the reader is mentioned, and on what; either may be unknown."""

    words: str
    place: str


def pieces(text: str, known: Mapping[str, str] | None, by: Actor) -> Sequence[Piece]:
    """A text in parts, each mention by itself; templates escape each part."""
    if not known or not has_sign((text,)):
        return (Piece(text),) if text else ()
    found: list[Piece] = []
    at = 0
    for spot in spots(text, known):
        if spot.start > at:
            found.append(Piece(text[at : spot.start]))
        is_me = spot.user_id == str(by.user_id)
        found.append(Piece(text[spot.start : spot.end], is_mention=True, is_me=is_me))
        at = spot.end
    return [*found, Piece(text[at:])] if at < len(text) else found


def marked(html: Markup, text: str, known: Mapping[str, str] | None, by: Actor) -> Markup:
    """The HTML of a detail with its mentions as chips, or as it was where it has none."""
    parts = pieces(text, known, by)
    if not any(one.is_mention for one in parts):
        return html
    return Markup('<span class="long">{}</span>').format(Markup("").join(map(_chip, parts)))


def _chip(piece: Piece) -> Markup:
    if not piece.is_mention:
        return escape(piece.text)
    look = "mention is-me" if piece.is_me else "mention"
    return Markup('<span class="{}">{}</span>').format(look, piece.text)


def quotes(record_type: RecordType, notices: Sequence[Notice], by: Actor) -> dict[UUID, Quote]:
    """Where the records of some notices mention their reader, by the ids of the records.

    Records that mention them no longer, or that they may not read, are left out. A statement for
    the records and one for each type that they stand on; none where nobody is mentioned.
    """
    ids = {one.record_id for one in notices if one.record_id and MENTIONED in (one.kinds or ())}
    if not ids or not record_type.mentioning:
        return {}
    model: Any = record_type.model
    records = by.session.scalars(
        select(model).where(model.id.in_(ids), permitted(record_type, by))
    ).all()
    mine = [one for one in records if str(by.user_id) in (one.mentions or {})]
    places = {one.id: list(record_type.told_on(one)) for one in mine}
    named = _named([place for its in places.values() for place in its], by)
    readable = readable_keys(record_type, by)
    keys = [key for key in record_type.mentioning if key in readable]
    return {
        one.id: Quote(
            _words([getattr(one, key) for key in keys], one.mentions, by),
            next((named[place] for place in places[one.id] if place in named), ""),
        )
        for one in mine
    }


def mentioning_in_batches(
    record_type: RecordType, notices: Sequence[Notice], by: Actor
) -> dict[UUID, int]:
    """How many records of a batch mention their reader, by the ids of the notices of batches.

    Only what they may read, and where the batch wrote the text. None of it costs a statement where
    nobody is mentioned.
    """
    ids = [one.id for one in notices if one.batch_id and MENTIONED in (one.kinds or ())]
    if not ids or not record_type.mentioning:
        return {}
    model: Any = record_type.model
    of_batch = and_(Event.batch_id == Notice.batch_id, Event.record_type == Notice.record_type)
    rows = by.session.execute(
        select(Notice.id, func.count(model.id.distinct()))
        .select_from(Notice)
        .join(Event, of_batch)
        .join(model, model.id == Event.record_id)
        .where(
            Notice.id.in_(ids),
            Event.changes.has_any(cast(list(record_type.mentioning), ARRAY(Text))),
            model.mentions.has_key(str(by.user_id)),
            permitted(record_type, by),
        )
        .group_by(Notice.id)
    )
    return {row[0]: row[1] for row in rows}


def quoted(quote: Quote, who: str) -> str:
    """One line of the bell."""
    told = {"who": who, "place": quote.place, "words": quote.words}
    if not quote.words:
        return gettext("%(who)s mentioned you", **told)
    if not quote.place:
        return gettext("%(who)s mentioned you: “%(words)s”", **told)
    return gettext("%(who)s mentioned you on %(place)s: “%(words)s”", **told)


def _words(texts: Collection[str | None], known: Mapping[str, str], by: Actor) -> str:
    """The words around the first mention of the reader, in one line."""
    mine = {key: name for key, name in known.items() if key == str(by.user_id)}
    for text in texts:
        spot = next(spots(text, mine), None) if text else None
        if text and spot is not None:
            start, end = max(spot.start - AROUND, 0), spot.end + AROUND
            before = "…" if start else ""
            after = "…" if end < len(text) else ""
            return f"{before}{' '.join(text[start:end].split())}{after}"
    return ""


def _named(places: Collection[tuple[str, UUID]], by: Actor) -> dict[tuple[str, UUID], str]:
    """The titles of records that the reader may open, by type and id."""
    found: dict[tuple[str, UUID], str] = {}
    for kind in dict.fromkeys(kind for kind, _id in places):
        declared = registry().get(kind)
        if declared is None or not by.tenant.allows(declared.module) or not by.may(kind, "read"):
            continue
        ids = {one for its_kind, one in places if its_kind == kind}
        found |= {(kind, one): title for one, title in titles(kind, ids, by).items()}
    return found
