"""How what is filled into a Chinese sentence stands in it: 王芳的客户, but Claire Donovan 的客户.

A translator can't know in which script a name will be. So the gap beside what is filled in follows
from what meets there: none between Chinese and Chinese or beside a full-width mark, one between
Chinese and Latin letters; all else is as the translator wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_PLACE = re.compile(r"%\((\w+)\)s")
_HAN, _MARK, _LETTER, _OTHER = range(4)
_KINDS = (_HAN, _MARK, _LETTER, _OTHER)
_MARKS = frozenset("，。：；！？、（）《》【】「」“”‘’")
_Gaps = tuple[str, ...]  # The gap by the kind of sign that meets there.
_NONE = ("",) * len(_KINDS)
# The first words; of each place its name, the gaps before it (behind another place the one that
# the translator wrote), the gaps behind it, and the words that follow.
_Plan = tuple[str, tuple[tuple[str, _Gaps | str, _Gaps, str], ...]]


def filled(text: str, values: Mapping[str, object]) -> str:
    """A Chinese text with its places filled, as `text % values` but for the gaps beside them.

    >>> filled("以%(name)s的身份", {"name": "Claire"}), filled("%(name)s 离职", {"name": "王芳"})
    ('以 Claire 的身份', '王芳离职')
    """
    plan = _plan(text)
    if plan is None:
        return text % values
    done, places = plan
    for name, before, behind, words in places:
        value = str(values[name])
        first, last = (_kind_of[value[0]], _kind_of[value[-1]]) if value else (_OTHER, _OTHER)
        gap = before if isinstance(before, str) else before[first]
        done = f"{done}{gap}{value}{behind[last]}{words}"
    return done


@lru_cache(4096)
def _plan(text: str) -> _Plan | None:
    """What to fill in where; None where a place is written in another way."""
    words, names = _PLACE.split(text)[::2], _PLACE.split(text)[1::2]
    if any("%" in one for one in words):
        return None
    first = words[0].removesuffix(" ") if names else words[0]
    places: list[tuple[str, _Gaps | str, _Gaps, str]] = []
    for number, name in enumerate(names):
        left, right = words[number], words[number + 1]
        is_last = number == len(names) - 1
        before = left if number and not left.strip(" ") else _gaps(left[::-1])
        if not is_last and not right.strip(" "):
            places.append((name, before, _NONE, ""))
            continue
        bare = right.removeprefix(" ")
        places.append((name, before, _gaps(right), bare if is_last else bare.removesuffix(" ")))
    return first, tuple(places)


def _gaps(words: str) -> _Gaps:
    """The gaps between what may meet these words and their beginning."""
    gap = " " if words.startswith(" ") else ""
    bare = words.removeprefix(" ")
    if not bare:
        return (gap,) * len(_KINDS)
    return tuple(_gap({_kind_of[bare[0]], kind}, gap) for kind in _KINDS)


def _gap(met: set[int], gap: str) -> str:
    if met == {_HAN} or _MARK in met:
        return ""
    return " " if met == {_HAN, _LETTER} else gap


class _Kinds(dict[str, int]):
    """The kind of each sign, worked out once."""

    def __missing__(self, sign: str) -> int:
        self[sign] = found = _kind(sign)
        return found


_kind_of = _Kinds()


def _kind(sign: str) -> int:
    if sign.isascii():
        return _LETTER if sign.isalpha() else _OTHER
    if sign in _MARKS:
        return _MARK
    if "\u4e00" <= sign <= "\u9fff" or "\u3400" <= sign <= "\u4dbf":
        return _HAN
    return _LETTER if sign < "\u0250" and sign.isalpha() else _OTHER
