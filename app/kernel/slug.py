"""Names for programs, made of names for people."""

from __future__ import annotations

import re

from app.kernel.folding import fold
from app.kernel.pinyin import readings


def slug(text: str) -> str:
    """Small letters, digits and single underscores: 木材 Type A gives `mu_cai_type_a`."""
    spelled = "".join(
        f" {reading.rstrip('12345')} " if reading else character
        for character, reading in zip(text, readings(text), strict=True)
    )
    return re.sub(r"[^a-z0-9]+", "_", fold(spelled)).strip("_")


def free(stem: str, taken: set[str]) -> str:
    """`stem`, or with the first number behind it that is not taken."""
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name
