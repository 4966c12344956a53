"""The words of a search: each found by its keys, in what the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, true

from app.kernel.actor import Actor, Reach
from app.kernel.searchkeys import OTHER, Term, query_terms
from app.records.access import reader_of, refers_to_readable
from app.records.fields import texts_of
from app.records.types import RecordType


def found_by(
    record_type: RecordType, q: str, by: Actor, readable: Collection[str]
) -> list[ColumnElement[bool]]:
    """Conditions that each word is found: substring by trigram, one or two characters by gram.

    The keys hold every field that can be found, and the title of another record (`search_other`).
    Where one of them is hidden from the reader, a word must stand in what is not, or a search would
    tell what the page does not.
    """
    is_told = all(attribute.key in readable for attribute in record_type.search)
    other = _other(record_type, by, readable)
    found: list[ColumnElement[bool]] = []
    terms = query_terms(q.replace("\x00", ""))
    if q.strip() and not terms:
        return [false()]  # Signs alone are borne by nobody.
    for term in terms:
        keys = _keys(record_type, term)
        found.append(keys.anywhere)
        if not is_told or other is not None:
            told = [texts_of(one) for one in record_type.search if one.key in readable]
            parts = (text.ilike(term.like, escape="\\") for texts in told for text in texts)
            in_told = or_(false(), *parts)
            own = keys.own if is_told else and_(keys.own, in_told)
            may_open = true() if other is None else other
            found.append(or_(own, and_(keys.other, may_open)))
    return found


def any_of(record_type: RecordType, texts: Iterable[str]) -> list[ColumnElement[bool]]:
    """The condition that the own keys of a row hold one of some texts; what they tell is not asked.

    Whoever uses it compares the fields themselves, as keys hold what a reader may not see.
    """
    held = []
    for text in texts:
        terms = query_terms(text)
        if terms:
            held.append(and_(*(_keys(record_type, term).anywhere for term in terms)))
    return [or_(false(), *held)]


def _other(
    record_type: RecordType, by: Actor, readable: Collection[str]
) -> ColumnElement[bool] | None:
    """Where the title of `search_other` may find a row; None where it may find any."""
    reference = record_type.search_other
    if reference is None:
        return None
    if reference.key not in readable:
        return false()
    if by.rights.reach(record_type.field(reference.key).to or "", "read") is Reach.ALL:
        return None
    return refers_to_readable(record_type, reference, reader_of(by))


@dataclass(frozen=True, slots=True)
class Keys:
    """The conditions that the keys of a row hold a word: at all, its own keys, another's."""

    anywhere: ColumnElement[bool]
    own: ColumnElement[bool]
    other: ColumnElement[bool]


def _keys(record_type: RecordType, term: Term) -> Keys:
    """The conditions of one word; `anywhere` is the one that an index answers."""
    text, found = record_type.model.search_text, record_type.model.search_grams
    if term.kind == "contains":
        anywhere = text.like(term.like, escape="\\")
        if record_type.search_other is None:
            return Keys(anywhere, anywhere, false())
        parts = [func.split_part(text, OTHER, part) for part in (1, 2)]
        first, second = (part.like(term.like, escape="\\") for part in parts)
        return Keys(anywhere, first, second)
    own = found.contains([term.text])
    if record_type.search_other is None:
        return Keys(own, own, false())
    marked = OTHER + term.text
    return Keys(found.overlap([term.text, marked]), own, found.contains([marked]))
