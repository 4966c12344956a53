"""Records that may be the same as what is typed in, as far as whoever asks may read them.

Candidates are found by the search keys, which have an index, and then compared by the very fields:
a search key holds more fields than somebody may see. One statement for each sign, with few rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, or_, select

from app.kernel.actor import Actor
from app.kernel.firms import firm_core, likeness
from app.kernel.folding import fold, has_han
from app.kernel.language import Text, _
from app.kernel.names import PersonName
from app.kernel.phones import phone_digits, read_phone
from app.kernel.searchkeys import search_text
from app.records.access import permitted, readable_keys
from app.records.duplicates.beside import Beside, beside_name
from app.records.duplicates.facts import SURENESS, Sign
from app.records.query.search import any_of
from app.records.types import RecordType

SHOWN = 5
CANDIDATES = 20  # Of one sign.
SHORTEST = 3  # Characters of a firm's core that is compared with others.
NEAR = "0.5"  # Word similarity of what is compared at all; PostgreSQL's own bound misses a slip.
ALIKE = 0.72  # Of two firms, from 0 to 1.
REASONS: Mapping[str, Text] = {
    "email": _("Same e-mail"),
    "phone": _("Same phone"),
    "number": _("Same number"),
    "firm": _("Same name"),
    "person": _("Same name"),
}
SIMILAR = _("Similar name")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A record that may be the same, and why; `weight` orders the surest first."""

    id: UUID
    title: str
    reasons: tuple[Text, ...]
    weight: float


def find_duplicates(
    record_type: RecordType, given: Mapping[str, str], by: Actor, but: UUID | None = None
) -> list[Suspect]:
    """The records that `by` may read and that may be the same as `given`, the surest first.

    `given` are texts by field, as they are typed. A sign whose field is hidden from `by` is not
    looked at; `but` is the record itself where there is one. A name that tells nothing alone is
    told of who is known by something else already, or is of the same firm.
    """
    if not by.may(record_type.key, "read"):
        return []
    readable = readable_keys(record_type, by)
    found: dict[UUID, Suspect] = {}
    for sign in sorted(record_type.signs, key=lambda one: SURENESS[one.how]):
        if any(one.key not in readable for one in sign.attributes):
            continue
        for row_id, title, reason, weight in _by_sign(record_type, sign, given, by, found):
            known = found.get(row_id)
            reasons = (*known.reasons, reason) if known else (reason,)
            sum_ = weight + (known.weight if known else 0)
            if row_id != but:
                found[row_id] = Suspect(row_id, title, tuple(dict.fromkeys(reasons)), sum_)
    ordered = sorted(found.values(), key=lambda one: (-one.weight, one.title, one.id))
    return ordered[:SHOWN]


Found = tuple[UUID, str, Text, float]


def _by_sign(
    record_type: RecordType,
    sign: Sign,
    given: Mapping[str, str],
    by: Actor,
    known: Collection[UUID],
) -> Iterator[Found]:
    """What one sign finds; `known` are those that surer ones found."""
    texts = [given.get(one.key, "").strip()[:200] for one in sign.attributes]
    if not any(texts):
        return
    if sign.how == "firm":
        yield from _firms(record_type, sign, texts[0], by)
    elif sign.how == "person":
        beside = beside_name(record_type, sign, given, by, known)
        if beside is not None:
            yield from _people(record_type, sign, texts, beside, by)
    else:
        yield from _exact(record_type, sign, texts[0], by)


def _exact(record_type: RecordType, sign: Sign, text: str, by: Actor) -> Iterator[Found]:
    """The records whose field holds just this, in one spelling."""
    column = sign.attributes[0]
    if sign.how == "phone":
        number = read_phone(text, by.tenant.country)
        if number is None or len(phone_digits(number)) < SHORTEST:
            return
        wanted, same = phone_digits(number), column == number
    else:
        wanted, same = fold(text), func.lower(column) == text.lower()
        if len(wanted) < SHORTEST or (sign.how == "email" and "@" not in wanted):
            return
    for row in _rows(record_type, [*any_of(record_type, [wanted]), same], by):
        yield row.id, row.title, REASONS[sign.how], 3.0


def _firms(record_type: RecordType, sign: Sign, text: str, by: Actor) -> Iterator[Found]:
    """The firms of the same core, and those that are spelled nearly so."""
    core = firm_core(text)
    if len(core) < (2 if has_han(core) else SHORTEST):
        return
    found = list(any_of(record_type, dict.fromkeys((core, core.replace(" ", "")))))
    if not has_han(core):  # Trigrams of Latin letters bear a slip of the pen.
        bound = func.set_config("pg_trgm.word_similarity_threshold", NEAR, True)
        by.session.execute(select(bound))
        alike = literal(core).op("<%", is_comparison=True)(record_type.model.search_text)
        found = [or_(alike, *found)]
    for row in _rows(record_type, found, by, sign.attributes):
        name = str(row[2] or "")
        other = firm_core(name)
        # What is typed in pinyin is compared with the pinyin of what stands there.
        spelled = {one.replace(" ", "") for one in search_text((other,)).split("\n")}
        if core == other or core.replace(" ", "") in spelled:
            yield row.id, row.title, REASONS["firm"], 2.0
        elif (near := likeness(core, other)) >= ALIKE:
            yield row.id, row.title, SIMILAR, near


def _people(
    record_type: RecordType, sign: Sign, texts: list[str], beside: Beside, by: Actor
) -> Iterator[Found]:
    """The people of the same name, in whatever order, and those whose name sounds the same."""
    last, first = texts
    if not (last and first) and not has_han(last + first):
        return  # Half a name is that of many.
    mine = _spelled(last, first)
    terms = [one for one in mine if has_han(one) or len(one) > SHORTEST + 1]
    if not terms:
        return
    found = [*any_of(record_type, terms), beside.condition]
    for row in _rows(record_type, found, by, (*sign.attributes, *sign.against)):
        if beside.is_against(row[4:]):
            continue
        theirs = _spelled(row[2] or "", row[3] or "")
        if fold(last + first) == fold(f"{row[2] or ''}{row[3] or ''}"):
            yield row.id, row.title, REASONS["person"], 2.0
        elif theirs & set(terms):
            yield row.id, row.title, SIMILAR, 1.0


def _spelled(last: str, first: str) -> set[str]:
    """The spellings of a name without spaces: both orders, pinyin too."""
    lines = search_text((), people=(PersonName(first=first, last=last),)).split("\n")
    return {one.replace(" ", "") for one in lines if one}


def _rows(
    record_type: RecordType,
    found: Any,
    by: Actor,
    attributes: tuple[Any, ...] = (),
) -> list[Any]:
    model = record_type.model
    conditions: list[ColumnElement[bool]] = [*found, permitted(record_type, by)]
    statement = select(model.id, record_type.title_text.label("title"), *attributes)
    return list(by.session.execute(statement.where(*conditions).limit(CANDIDATES)).all())
