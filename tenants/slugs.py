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
BRANDS = {  # With True for those that are a word as well.
    skeleton(name): bool(is_word)
    for line in Path(__file__).with_name("brands.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
    for name, _space, is_word in (line.partition(" "),)
}
LURES = frozenset(
    skeleton(word) for word in Path(__file__).with_name("lures.txt").read_text().split()
)


def imitates(slug: str) -> bool:
    """True for an address by which somebody would believe to be with us.

    `zuke-support`, `my-zuke` and `zukelogin` name us.
    """
    if any(skeleton(part) == OURS for part in slug.split("-")):
        return True
    return _beside(OURS, skeleton(slug)) in RESERVED_SKELETONS


def names_a_brand(slug: str) -> bool:
    """True for an address by which somebody would believe to be with a firm that people trust.

    `paypa1` is read as its name, `alipay-hk` and `secure-paypal` hold it, `apple-login` has one
    that is a word as well, beside a lure.
    """
    whole = skeleton(slug)
    parts = (skeleton(part) for part in slug.split("-"))
    if whole in BRANDS or any(BRANDS.get(part) is False for part in parts):
        return True
    return any(_beside(brand, whole) in LURES for brand in BRANDS)


def _beside(name: str, whole: str) -> str:
    """What stands before or behind a name in what is whole; "" where it isn't at an end."""
    if whole.startswith(name):
        return whole.removeprefix(name)
    return whole.removesuffix(name) if whole.endswith(name) else ""


def check_shape(slug: str) -> None:
    """Raise SlugRefused for a slug that nobody can have, whoever else exists."""
    if not SHAPE.match(slug):
        raise SlugRefused(SlugProblem.MALFORMED, slug)
    if skeleton(slug) in RESERVED_SKELETONS or imitates(slug):
        raise SlugRefused(SlugProblem.RESERVED, slug)
    if names_a_brand(slug):
        raise SlugRefused(SlugProblem.BRAND, slug)
