"""Sort keys and search keys, made in Python wherever a row is written.

Forms, imports, COPY and demo data all come here.

A row keeps three derived columns, all compared by code point (COLLATE "C"):

- a *sort key* per sortable text: pinyin for Chinese, folded letters for the rest;
- one *search text*, under a trigram index, for words of three characters and more;
- *grams*, a text[] under GIN, for words of one or two characters, which trigrams cannot find:
  most Chinese given names, and the first letters of anything else.

`query_terms` tells for each word of a search which of the two answers it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from app.kernel.folding import EAST_ASIAN, fold, has_east_asian, has_han
from app.kernel.names import PersonName
from app.kernel.phones import phone_digits
from app.kernel.pinyin import readings

# A B-tree entry must stay under 2,704 bytes; what differs only after this many characters sorts by
# id.
SORT_KEY_LENGTH = 160
MAX_TERMS = 8
MAX_QUERY_LENGTH = 200
_SHORTEST_NUMBER = 5
_SHORT = 100  # Characters of a text that is worth remembering.
_KEPT = 8192  # Texts and names whose keys are remembered.

# Parts a row's own keys from those of another record whose name finds it too, its firm's; a reader
# may see the one and not the other. No word of a search holds it.
OTHER = "\x1f"

_LETTERS = rf"[^\W_{EAST_ASIAN}]+"
_letters = re.compile(_LETTERS)
_east_asian_run = re.compile(f"[{EAST_ASIAN}]+")
_others = re.compile(r"[^a-z0-9]+")
_digits = re.compile(r"[0-9]+")
_runs = re.compile(rf"[{EAST_ASIAN}]+|{_LETTERS}")
_indexable = re.compile(r"[^\W_]{3}")
_telephone = re.compile(r"\+?[\d\s().\-/]{5,}")
_separators = re.compile(r"[\s,;，、；|]+")
_edges = "()[]{}<>\"'.:!?*%。！？：《》「」"

# Countries whose national numbers are dialled with a zero in front of what E.164 keeps.
_TRUNK_ZERO = ("86", "44", "49", "33", "81", "82", "61", "46", "31", "971", "353", "886")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a search: a substring of the search text, or one of the grams."""

    text: str
    kind: Literal["contains", "gram"]

    @property
    def like(self) -> str:
        """Return the LIKE pattern of a substring, with %, _ and the backslash taken literally."""
        escaped = self.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{escaped}%"


def sort_key(text: str | None, *, person: bool = False) -> str:
    """Return the key by which `text` sorts under COLLATE "C"; "" for nothing.

    Chinese sorts by pinyin, then tone, then character, one character after the other, so that
    people of one surname stand together: "chen2陈 si1思 yuan3远". Latin sorts without case, accents
    and punctuation. `person` reads the beginning as a surname (曾 as Zeng); it wants the display
    name.
    """
    folded = fold(text or "").replace("'", "").replace(":", " ")
    if folded.isascii():
        return _others.sub(" ", folded).strip()[:SORT_KEY_LENGTH].rstrip()
    if has_han(folded):
        read = readings(folded, person=person)
        folded = "".join(
            f" {reading.replace('v', 'u:')}{character} " if reading else character
            for character, reading in zip(folded, read, strict=True)
        )
    plain = "".join(
        character if character.isalnum() or character == ":" else " " for character in folded
    )
    return " ".join(plain.split())[:SORT_KEY_LENGTH].rstrip()


def number_key(text: str | None) -> str:
    """Return the key by which a number of ours sorts, P-2 before P-10; "" for nothing.

    Each run of digits is led by its length, without the zeros before it.
    """
    return _digits.sub(_measured, sort_key(text))[:SORT_KEY_LENGTH]


def _measured(run: re.Match[str]) -> str:
    digits = run[0].lstrip("0") or "0"
    return f"{len(digits):02}{digits}"


def search_text(
    values: Iterable[str | None],
    *,
    people: Iterable[PersonName] = (),
    phones: Iterable[str | None] = (),
) -> str:
    """Return everything by which a row can be found, folded, one thing a line.

    `values` are names, e-mails, numbers; `people` are found in either order of their name; Chinese
    of both is also found by pinyin and by its initials; `phones` are found by any run of their
    digits.
    """
    lines: list[str] = []
    for value in values:
        if value:
            lines += _lines_again(value) if len(value) <= _SHORT else _lines(value)
    for person in people:
        lines += _person_lines(person)
    for phone in phones:
        if phone:
            lines += _phone_lines(phone)
    return "\n".join([line for line in dict.fromkeys(lines) if line])


def grams(values: Iterable[str | None], *, people: Iterable[PersonName] = ()) -> list[str]:
    """Return the one- and two-character keys of a row, sorted.

    Of Chinese: each character, each pair of neighbours, the beginnings of each syllable in pinyin
    and of the initials. Of other words: their first letter and first two. Of an e-mail: only what
    is before the @.
    """
    found: set[str] = set()
    for value in values:
        _add_grams(found, fold(value or "").partition("@")[0], person=False)
    for person in people:
        found |= _person_grams(person)
    found.discard("")
    return sorted(found)


def with_other(text: str, other: str) -> str:
    """Return the search text of a row with that of another record behind it."""
    return f"{text}\n{OTHER}\n{other}" if other else text


def other_grams(found: Iterable[str]) -> list[str]:
    """Return the grams of another record as they stand among a row's own."""
    return [OTHER + one for one in found]


def query_terms(query: str) -> list[Term]:
    """Return the words of a search, each with the way to test it; a row must pass all of them.

    An empty list means that nothing was asked. A telephone number may be written with spaces,
    brackets or dashes. A word without three letters or digits in a row goes to the grams, as no
    trigram could find it.
    """
    folded = fold(query[:MAX_QUERY_LENGTH])
    if _telephone.fullmatch(folded):
        digits = "".join(character for character in folded if character.isdigit())
        if len(digits) >= _SHORTEST_NUMBER:
            return [Term(digits.removeprefix("00"), "contains")]
    terms: dict[Term, None] = {}
    for word in _separators.split(folded):
        stripped = word.strip(_edges)
        if _indexable.search(stripped):
            terms[Term(stripped, "contains")] = None
        else:
            for run in _runs.findall(stripped):
                pairs = [run[i : i + 2] for i in range(max(len(run) - 1, 1))]
                terms.update((Term(pair, "gram"), None) for pair in pairs)
    return list(terms)[:MAX_TERMS]


def _lines(value: str) -> tuple[str, ...]:
    """Return a text as it is searched for, with pinyin where it is Chinese."""
    folded = fold(value)
    lines = [folded]
    if has_han(folded):
        for run in _east_asian_run.findall(folded):
            lines += _spellings(readings(run))
    return tuple(lines)


_lines_again = lru_cache(_KEPT)(_lines)  # Jobs, places and trades come again and again.


@lru_cache(_KEPT)
def _person_grams(person: PersonName) -> frozenset[str]:
    """Return the one- and two-character keys of a person's name."""
    found: set[str] = set()
    family, given = fold(person.last), fold(person.first)
    if has_east_asian(family + given):
        _add_grams(found, family + given, person=True)
        found.add(given[-1:] + family[:1])
    else:
        _add_grams(found, f"{given} {family}", person=False)
    return frozenset(found)


@lru_cache(_KEPT)
def _person_lines(person: PersonName) -> list[str]:
    """Return a person's name in both orders, with pinyin where it is Chinese."""
    family, given = fold(person.last), fold(person.first)
    if not has_east_asian(family + given):
        family_joined, given_joined = family.replace(" ", ""), given.replace(" ", "")
        given_family, family_given = given_joined + family_joined, family_joined + given_joined
        return [f"{given} {family}".strip(), given_family, family_given]
    lines = [family + given, given + family]
    surname, rest = readings(family, person=True), readings(given)
    if any(surname) or any(rest):
        lines += _spellings(surname + rest)
        lines += _spellings(rest + surname)[:1]
    return lines


def _spellings(read: list[str]) -> list[str]:
    """Return pinyin in one word, the same with u for ü where there is one, and the initials."""
    joined = "".join([reading[:-1] for reading in read])
    spelled = [joined, "".join([reading[:1] for reading in read])]
    if "v" in joined:
        spelled.append(joined.replace("v", "u"))
    return spelled


def _phone_lines(phone: str) -> list[str]:
    """Return the digits of a number, and its national form where that begins with a zero."""
    digits = phone_digits(phone)
    if phone.startswith("+") and not phone.startswith("+861"):  # Mobile numbers have no such zero.
        for code in _TRUNK_ZERO:
            if digits.startswith(code):
                return [digits, "0" + digits[len(code) :]]
    return [digits]


def _add_grams(found: set[str], folded: str, *, person: bool) -> None:
    """Add the grams of one folded text to `found`."""
    for word in _letters.findall(folded):
        found.add(word[0])
        found.add(word[:2])
    if not has_east_asian(folded):
        return
    for run in _east_asian_run.findall(folded):
        found.update(run)
        found.update([run[i : i + 2] for i in range(len(run) - 1)])
        read = [reading for reading in readings(run, person=person) if reading]
        letters = "".join([reading[0] for reading in read])
        found.update(letters)
        found.update([letters[i : i + 2] for i in range(len(letters) - 1)])
        found.update([reading[:2].rstrip("12345") for reading in read])
        found.update([reading[:2].replace("v", "u") for reading in read if reading[1] == "v"])
