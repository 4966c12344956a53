"""Slugs: the first label of a workspace's host, such as `beifeng` in `beifeng.zuke.example`.

A slug has 3 to 40 small letters, digits and single hyphens, so that it is a host label as it
stands (RFC 1123), fits beside the longest service host, and has one spelling only. Two slugs that
a hurried reader would confuse share a skeleton, and only one of them can exist.
"""

from __future__ import annotations

import re
from pathlib import Path

from tenants.errors import SlugProblem, SlugRefused

# No two hyphens in a row also keeps punycode (`xn--...`) and its homographs out.
SHAPE = re.compile(r"(?=[a-z0-9-]{3,40}\Z)[a-z0-9]+(-[a-z0-9]+)*\Z")

RESERVED = frozenset(Path(__file__).with_name("reserved_slugs.txt").read_text().split())

# What one glyph is easily taken for; digits stay apart from each other.
GLYPHS = str.maketrans({"0": "o", "1": "l", "i": "l", "2": "z", "5": "s", "8": "b", "-": None})
PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def tidy(text: str) -> str:
    """What somebody typed, as the slug that was meant: no space around it, in small letters."""
    return text.strip().lower()


def skeleton(slug: str) -> str:
    """What is left of a slug for a hurried reader: equal for slugs that look alike."""
    reduced = slug.translate(GLYPHS)
    for pair, glyph in PAIRS:
        reduced = reduced.replace(pair, glyph)
    return reduced


RESERVED_SKELETONS = frozenset(skeleton(word) for word in RESERVED)
OURS = skeleton("zuke")
BRANDS = frozenset(
    skeleton(line)
    for line in Path(__file__).with_name("brands.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)


def imitates(slug: str) -> bool:
    """True for an address by which somebody would believe to be with us.

    `zuke-support`, `my-zuke` and `zukelogin` name us.
    """
    whole = skeleton(slug)
    if any(skeleton(part) == OURS for part in slug.split("-")):
        return True
    return any(
        rest in RESERVED_SKELETONS
        for rest in (whole.removeprefix(OURS), whole.removesuffix(OURS))
        if rest != whole
    )


def check_shape(slug: str) -> None:
    """Raise SlugRefused for a slug that nobody can have, whoever else exists."""
    if not SHAPE.match(slug):
        raise SlugRefused(SlugProblem.MALFORMED, slug)
    if skeleton(slug) in RESERVED_SKELETONS or imitates(slug):
        raise SlugRefused(SlugProblem.RESERVED, slug)
    if skeleton(slug) in BRANDS:  # `paypa1` is read as another firm's name.
        raise SlugRefused(SlugProblem.BRAND, slug)
