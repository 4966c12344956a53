"""Names of people as they are written, and the avatar that stands for them.

A Chinese, Japanese or Korean name in its own script has the family name first and no space; a Latin
one has the given name first. The script decides, not the reader's language: 陈思远 stays 陈思远 on
an English page.
"""

from typing import NamedTuple
from uuid import UUID
from zlib import crc32

from app.kernel.folding import has_east_asian

AVATAR_COLOURS = 8

# Written in Latin letters, yet with the family name first.
_FAMILY_FIRST = ("hu", "vi")


class PersonName(NamedTuple):
    """The two parts of a name as they are stored; either may be empty."""

    first: str = ""
    last: str = ""


def display_name(first: str | None, last: str | None, *, language: str = "") -> str:
    """Return the whole name in the order of its script, or "" when nothing is known.

    `language` is the person's own, where it is known (a BCP 47 tag): Hungarian and Vietnamese names
    have the family name first although they are written in Latin letters.
    """
    given, family = (first or "").strip(), (last or "").strip()
    if not given or not family:
        return given or family
    if has_east_asian(family) or has_east_asian(given):
        joined = has_east_asian(family[-1]) and has_east_asian(given[0])
        return f"{family}{given}" if joined else f"{family} {given}"
    if language.partition("-")[0].lower() in _FAMILY_FIRST:
        return f"{family} {given}"
    return f"{given} {family}"


def initials(name: str) -> str:
    """Return what stands in the avatar of a person: 陈思远 gives 思远, Olivia Chen gives OC.

    The name is a display name. A name of one word gives its first letter, an empty one "".
    """
    words = name.split()
    if not words:
        return ""
    if has_east_asian(words[-1]):
        return words[-1][-2:]
    letters = [letter for word in words if (letter := initial(word))]
    return letters[0] + letters[-1] if len(letters) > 1 else "".join(letters)


def initial(name: str) -> str:
    """Return the one character of a small avatar or a firm: 陈 for 陈思远, S for Spruce, or ""."""
    return next((character.upper()[0] for character in name if character.isalnum()), "")


def avatar_colour(seed: str | UUID) -> int:
    """Return the colour of an avatar, 0 to 7: always the same for the same id or name."""
    return crc32(str(seed).encode("utf-8", "replace")) % AVATAR_COLOURS
