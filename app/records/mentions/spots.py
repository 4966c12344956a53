"""Where a text names somebody: the places of `@name`, found by the names that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.kernel.folding import has_east_asian

Known = Mapping[str, str]  # What stands behind the @, by the id of whom it means.
MOST_SIGNS = 1000  # @ that are looked at; nobody writes as many.
SIGN = re.compile("[@＠]")


@dataclass(frozen=True, slots=True)
class Spot:
    """One mention in a text, from the @ to the end of the name, and the id of whom it means."""

    start: int
    end: int
    user_id: str


def has_sign(texts: Iterable[str | None]) -> bool:
    """True when somebody may be mentioned in one of the texts."""
    return any(text and ("@" in text or "＠" in text) for text in texts)


def spots(text: str, known: Known) -> Iterator[Spot]:
    """The places where a text mentions one of the `known`, in order; the longest name counts.

    An @ inside a word (an e-mail address) is none, nor is a name that goes on as another word.
    """
    by_letter: dict[str, list[tuple[str, str]]] = {}
    for user_id, name in sorted(known.items(), key=lambda one: -len(one[1])):
        by_letter.setdefault(name[:1].casefold(), []).append((user_id, name.casefold()))
    reached = 0
    for number, sign in enumerate(SIGN.finditer(text)):
        if number == MOST_SIGNS:
            return
        at = sign.end()
        if sign.start() < reached or _is_word(text[max(sign.start() - 1, 0) : sign.start()]):
            continue
        for user_id, name in by_letter.get(text[at : at + 1].casefold(), ()):
            end = at + len(known[user_id])
            if text[at:end].casefold() == name and not _goes_on(text, end):
                reached = end
                yield Spot(sign.start(), end, user_id)
                break


def mentioned(texts: Iterable[str | None], known: Known) -> dict[str, str]:
    """Those of the `known` whom some texts mention."""
    return {one.user_id: known[one.user_id] for text in texts if text for one in spots(text, known)}


def _goes_on(text: str, end: int) -> bool:
    """True where the name is only the beginning of a word: @Li in @Lina."""
    return _is_word(text[end - 1 : end]) and _is_word(text[end : end + 1])


def _is_word(character: str) -> bool:
    """True for letters and digits of scripts that part words by spaces."""
    return character.isalnum() and not has_east_asian(character)
