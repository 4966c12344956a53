"""The keys by which records that are the same meet: equal where people would call two the same.

A key is a number: its first byte says by which sign (`SURENESS`), the other seven are a digest of
what was compared, so that keys in their order are the surest first, and no table of keys holds
anybody's address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from app.kernel.firms import firm_core
from app.kernel.folding import fold, has_han
from app.kernel.phones import phone_digits
from app.kernel.pinyin import readings
from app.kernel.surnames import split_chinese
from app.records.duplicates.facts import SURENESS, How, Sign
from app.records.types import RecordType

SHORTEST = 3  # Characters of a number or of a firm's core that say something.
SHORTEST_HAN = 2
SHORTEST_PHONE = 5  # Digits; "x123" alone rings in every house.
_SPELLED = re.compile("[0-7][0-9a-f]{15}")
_DIGEST = 7  # Bytes, below the one that tells the sign.
_HOWS: Mapping[int, How] = {number: how for how, number in SURENESS.items()}


def keys_of(
    record_type: RecordType, values: Mapping[str, Any], seen: Collection[str] | None = None
) -> tuple[int, ...]:
    """The keys of a record of this type, the surest first; none of what is empty or too short.

    `values` are its fields by key, as they are kept (numbers in E.164). `seen` are the fields that
    somebody may see: a sign that tells of any other has no key then.
    """
    found: set[int] = set()
    for sign in record_type.signs:
        if seen is None or all(one.key in seen for one in sign.needs):
            found.update(_key(sign.how, one) for one in _compared(sign, values))
    return tuple(sorted(found))


def how_of(key: int) -> How:
    """By which sign a key says that two are the same."""
    return _HOWS[key >> (8 * _DIGEST)]


def range_of(how: How) -> tuple[int, int]:
    """The first key of a sign, and the first behind its last."""
    number = SURENESS[how]
    return number << (8 * _DIGEST), (number + 1) << (8 * _DIGEST)


def spell_key(key: int) -> str:
    """A key as an address holds it."""
    return f"{key:016x}"


def read_key(text: str | None) -> int | None:
    """The key that an address spells, or None."""
    return int(text, 16) if text and _SPELLED.fullmatch(text) else None


def _key(how: How, compared: str) -> int:
    digest = blake2b(compared.encode("utf-8", "replace"), digest_size=_DIGEST).digest()
    return SURENESS[how] << (8 * _DIGEST) | int.from_bytes(digest, "big")


def _compared(sign: Sign, values: Mapping[str, Any]) -> list[str]:
    """What two records of the same share, in one spelling; nothing where it says nothing."""
    if sign.how == "person":
        beside = "" if sign.beside is None else str(values.get(sign.beside.key) or "")
        if sign.beside is not None and not beside:
            return []
        family, given = person_sounds(*_texts(sign.compared, values))
        return [f"{family} {given}\n{beside}"] if family and given else []
    (text,) = _texts(sign.compared, values)
    if not text:
        return []
    if sign.how == "firm":
        plain = firm_sound(text)
    elif sign.how == "phone":
        plain = text if len(phone_digits(text)) >= SHORTEST_PHONE else ""
    else:
        plain = _exact(sign.how, text)
    if not plain or not sign.named:
        return [plain] if plain else []
    return [f"{plain}\n{one}" for one in person_sounds(*_texts(sign.names, values)) if one]


def _texts(keys: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    return [str(values.get(key) or "").strip() for key in keys]


def _exact(how: How, text: str) -> str:
    """An address, or a number without what only parts its groups; "" for what is none."""
    folded = fold(text)
    if how == "email":
        return folded if "@" in folded else ""
    plain = "".join([one for one in folded if one.isalnum()])
    return plain if len(plain) >= SHORTEST else ""


def firm_sound(name: str) -> str:
    """The core of a firm's name without spaces, Chinese in pinyin: 北风 and Beifeng are one.

    >>> firm_sound("Bei Feng Co., Ltd.")
    'beifeng'
    """
    core = firm_core(name)
    if len(core) < (SHORTEST_HAN if has_han(core) else SHORTEST):
        return ""
    return _sound(core) if has_han(core) else core.replace(" ", "")


@lru_cache(8192)
def person_sounds(last: str, first: str) -> tuple[str, str]:
    """Both names in one order whichever stands first, Chinese in pinyin; half a name leaves "".

    >>> person_sounds("Chen", "Siyuan"), person_sounds("思远", "陈")
    (('chen', 'siyuan'), ('chen', 'siyuan'))
    """
    family, given = fold(last), fold(first)
    if has_han(family + given):
        if not (family and given):
            family, given = split_chinese((family + given).replace(" ", ""))
        family, given = _sound(family, person=True), _sound(given)
    else:
        family, given = _letters(family), _letters(given)
    return min(family, given), max(family, given)


def _sound(text: str, *, person: bool = False) -> str:
    """A text with its Chinese in pinyin, without tones and spaces; ü as u, as many write it."""
    plain = text.replace(" ", "")
    read = readings(plain, person=person)
    return "".join(
        [
            sound[:-1].replace("v", "u") if sound else one
            for one, sound in zip(plain, read, strict=True)
        ]
    )


def _letters(name: str) -> str:
    """A name of letters in one word, without the initials of middle names."""
    words = name.replace(".", " ").split()
    return "".join([one for one in words if len(one) > 1 or not one.isalpha()] or words)
