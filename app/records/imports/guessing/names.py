"""Names of columns made comparable: case, width, spaces, signs and marks don't count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.kernel.folding import fold

LONGEST = 200  # Characters of a name that are looked at: a head may hold anything.
SIGNS = re.compile(r"[\W_]+")
MARKS = re.compile(
    r"[(（\[【]\s*(?:必填|必须|选填|可选|required|optional|mandatory)[^)）\]】]*[)）\]】]",
    re.IGNORECASE,
)
ASIDE = re.compile(r"\s*[(（\[【][^)）\]】]*[)）\]】]\s*$")
OWN_ENDING = re.compile(r"__c$", re.IGNORECASE)
NUMBER_ENDING = re.compile(r"(?:\.id|[a-z]Id|__r)$")


def plain(name: str) -> str:
    """A name as it is compared: "Account Owner", account_owner and AccountOwner are one."""
    return SIGNS.sub("", fold(MARKS.sub("", name[:LONGEST])))


def spellings(name: str) -> Iterator[str]:
    """How a name may be known, the nearest first: whole, without what stands in brackets at its
    end, without the record type before a colon or a point.
    """
    name = name[:LONGEST]
    yield plain(name)
    shorter = OWN_ENDING.sub("", ASIDE.sub("", MARKS.sub("", name)))
    yield plain(shorter)
    for sign in (":", "：", ".", "-", "/"):
        _before, found, after = shorter.partition(sign)
        if found and after.strip():
            yield plain(after)


def is_number_there(name: str) -> bool:
    """True for what is called as the id of a record or a person in another system."""
    return NUMBER_ENDING.search(name.strip()) is not None
