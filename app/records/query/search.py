"""The words of a search: each found by its keys, in what the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, false, func, or_, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.kernel.actor import Actor, Reach
from app.kernel.searchkeys import OTHER, Term, query_terms
from app.records.access import Reader, reader_of, refers_to_readable
from app.records.fields import texts_of
from app.records.types import RecordType


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a search as conditions take it: its values, or the parameters that will hold them.

    `like` is its pattern, `first` and `later` those of what begins with it, and of what has a later
    word that does; `own`, `other` and `either` are its gram as a row's own, as that of another
    record, and as one of both.
    """

    kind: str
    like: Any
    first: Any
    later: Any
    own: Any
    other: Any
    either: Any

    @property
    def parts(self) -> tuple[Any, ...]:
        """What stands for it in a statement."""
        return (self.like, self.first, self.later, self.own, self.other, self.either)


def words_of(q: str) -> list[Word]:
    """The words of a search with their values; none where signs alone were asked for."""
    return [spelt(term) for term in query_terms(q.replace("\x00", ""))]


def spelt(term: Term) -> Word:
    """A word with its values."""
    marked, first = OTHER + term.text, term.like.removeprefix("%")
    grams = ([term.text], [marked], [term.text, marked])
    return Word(term.kind, term.like, first, f"% {first}", *grams)


@cache
def slot(place: int, kind: str) -> Word:
    """The parameters of the word at `place` of a search, for a statement that is kept."""
    patterns = (
        bindparam(f"word_{place}_{name}", type_=Text()) for name in ("like", "first", "later")
    )
    grams = (
        bindparam(f"word_{place}_{name}", type_=ARRAY(Text)) for name in ("own", "other", "either")
    )
    return Word(kind, *patterns, *grams)


def given(words: Iterable[Word]) -> dict[str, Any]:
    """The values of some words for the parameters of their slots."""
    return {
        parameter.key: value
        for place, word in enumerate(words)
        for parameter, value in zip(slot(place, word.kind).parts, word.parts, strict=True)
    }


def found_by(
    record_type: RecordType, q: str, by: Actor, readable: Collection[str]
) -> list[ColumnElement[bool]]:
    """Conditions that each word is found: substring by trigram, one or two characters by gram."""
    words = words_of(q)
    if q.strip() and not words:
        return [false()]  # Signs alone are borne by nobody.
    return hold_all(record_type, words, reader_of(by), readable)


def hold_all(
    record_type: RecordType, words: Iterable[Word], reader: Reader, readable: Collection[str]
) -> list[ColumnElement[bool]]:
    """Conditions that each of some words is found in what `reader` may see.

    The keys hold every field that can be found, and the title of another record (`search_other`).
    Where one of them is hidden from the reader, a word must stand in what is not, or a search would
    tell what the page does not.
    """
    is_told = all(attribute.key in readable for attribute in record_type.search)
    other = _other(record_type, reader, readable)
    found: list[ColumnElement[bool]] = []
    for word in words:
        keys = _keys(record_type, word)
        found.append(keys.anywhere)
        if not is_told or other is not None:
            told = [texts_of(one) for one in record_type.search if one.key in readable]
            parts = (text.ilike(word.like, escape="\\") for texts in told for text in texts)
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
            held.append(and_(*(_keys(record_type, spelt(term)).anywhere for term in terms)))
    return [or_(false(), *held)]


def _other(
    record_type: RecordType, reader: Reader, readable: Collection[str]
) -> ColumnElement[bool] | None:
    """Where the title of `search_other` may find a row; None where it may find any."""
    reference = record_type.search_other
    if reference is None:
        return None
    if reference.key not in readable:
        return false()
    if reader.reach_of(record_type.field(reference.key).to or "", "read") is Reach.ALL:
        return None
    return refers_to_readable(record_type, reference, reader)


@dataclass(frozen=True, slots=True)
class Keys:
    """The conditions that the keys of a row hold a word: at all, its own keys, another's."""

    anywhere: ColumnElement[bool]
    own: ColumnElement[bool]
    other: ColumnElement[bool]


def _keys(record_type: RecordType, word: Word) -> Keys:
    """The conditions of one word; `anywhere` is the one that an index answers."""
    text, found = record_type.model.search_text, record_type.model.search_grams
    if word.kind == "contains":
        anywhere = text.like(word.like, escape="\\")
        if record_type.search_other is None:
            return Keys(anywhere, anywhere, false())
        parts = [func.split_part(text, OTHER, part) for part in (1, 2)]
        first, second = (part.like(word.like, escape="\\") for part in parts)
        return Keys(anywhere, first, second)
    own = found.contains(word.own)
    if record_type.search_other is None:
        return Keys(own, own, false())
    return Keys(found.overlap(word.either), own, found.contains(word.other))
