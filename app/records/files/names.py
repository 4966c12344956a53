"""What a file may be called: the name that was given, without what deceives or breaks elsewhere."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200  # Characters.
LONGEST_BYTES = 240  # Disks elsewhere take 255 bytes; a browser may add " (1)".
SUFFIX = re.compile(r"\.[^.\s]{1,12}\Z")
JOINERS = "\u200c\u200d"  # Emoji and Persian are written with them.
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*', "_"))  # Windows takes none of these.
SLASHES = re.compile(r"\s*[/\\]+\s*")
DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|\Z)", re.IGNORECASE)


def clean_name(given: str) -> str:
    """The name as it is kept; empty where nothing is left of it.

    Path parts go, as do control characters and those that turn the direction of writing: a name
    that reads `gpj.exe` backwards deceives. Names of devices get an underscore in front.
    """
    name = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    name = "".join(one for one in map(_seen, name) if one)
    name = " ".join(name.translate(FORBIDDEN).split()).strip(". ")
    if DEVICES.match(name):
        name = f"_{name}"
    return _shortened(name)


def name_for(words: str, suffix: str) -> str:
    """The name of a file that is made of what people typed, where a slash begins no path.

    Empty where nothing is left of the words.
    """
    stem = clean_name(SLASHES.sub("-", words))
    return clean_name(f"{stem}.{suffix}") if stem else ""


def suffix_of(name: str) -> str:
    """The letters behind a name's last dot, in lower case; empty where it has none."""
    found = SUFFIX.search(name)
    return found.group(0)[1:].lower() if found else ""


def _seen(letter: str) -> str:
    """A letter that people see, a space for what divides lines, and nothing for all else."""
    kind = unicodedata.category(letter)
    if kind in ("Zl", "Zp") or letter in "\t\r\n":
        return " "
    if kind.startswith("C") and letter not in JOINERS:
        return ""
    return letter


def _shortened(name: str) -> str:
    """The name cut before its suffix, where it is too long for a disk."""
    found = SUFFIX.search(name)
    suffix = found.group(0) if found else ""
    stem = name.removesuffix(suffix)[: LONGEST - len(suffix)]
    while len((stem + suffix).encode()) > LONGEST_BYTES:
        stem = stem[:-1]
    return stem.rstrip() + suffix
