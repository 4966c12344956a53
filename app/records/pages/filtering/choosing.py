"""Boxes with many choices: what stands in the page itself, and what is found by typing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from app.kernel.folding import fold
from app.kernel.searchkeys import search_text
from app.records.pages.filtering.builder import Builder, GroupShown, RowShown
from app.records.pages.filtering.offers import Group, N

MOST_FOUND = 60  # Of one search; more words narrow it.
MOST_NAMED = 8  # Of the records whose fields are found by typing.
LONGEST = 80  # Characters that are searched for.


@dataclass(frozen=True, slots=True)
class Found(Generic[N]):
    """What a box offers for some words.

    `beyond` names the related records whose fields words find; `has_more` is true where not all
    that fits is there.
    """

    groups: tuple[Group[N], ...]
    beyond: tuple[str, ...] = ()
    has_more: bool = False


def find_in(every: Sequence[Group[N]], words: str, near: int = 1) -> Found[N]:
    """What a box offers by some words; without any, its first `near` groups: the record's own.

    Words find those of related records too, by every word of a name, as it is written or in pinyin.
    """
    wanted = fold(words.strip())[:LONGEST].split()
    if not wanted:
        beyond = [one.label for one in every[near:] if one.offers]
        return Found(narrowed(every, (), near), tuple(beyond[:MOST_NAMED]))
    return _holding(every, wanted)


def narrowed(
    groups: Sequence[Group[N]], chosen: Collection[str], near: int
) -> tuple[Group[N], ...]:
    """The choices that stand in a page itself: of the first `near` groups all, else the chosen.

    The others are fetched by the box that offers them.
    """
    kept = (
        one
        if at < near
        else replace(one, offers=tuple(offer for offer in one.offers if offer.key in chosen))
        for at, one in enumerate(groups)
    )
    return tuple(one for one in kept if one.offers)


def lightened(conditions: Builder, near: int) -> Builder:
    """Conditions with the fields of the first `near` records to choose from, and what is chosen."""
    chosen = set(_chosen(conditions.whole))
    return replace(conditions, fields=narrowed(conditions.fields, chosen, near))


def _chosen(part: RowShown | GroupShown) -> Iterator[str]:
    if isinstance(part, RowShown):
        yield part.row.key
        return
    for one in part.parts:
        yield from _chosen(one)


def _holding(groups: Iterable[Group[N]], wanted: Sequence[str]) -> Found[N]:
    """The first choices that hold every word, and whether there are more."""
    found: list[Group[N]] = []
    room = MOST_FOUND
    for group in groups:
        held = [one for one in group.offers if _holds(one, wanted)]
        if len(held) > room:
            cut = replace(group, offers=tuple(held[:room]))
            return Found((*found, *((cut,) if room else ())), has_more=True)
        if held:
            found.append(replace(group, offers=tuple(held)))
        room -= len(held)
    return Found(tuple(found))


def _holds(one: N, wanted: Sequence[str]) -> bool:
    text = search_text((one.whole,))
    return all(word in text for word in wanted)
