"""What an admin wants a field of the workspace's own to be, and what stands against it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kernel.language import OFFERED, Text, _
from app.kernel.slug import free, slug
from app.records.custom.kinds import KINDS
from app.records.registry import registry

KEY = re.compile(r"x_[a-z][a-z0-9_]{0,36}")
LABEL, HELP = 60, 200  # Characters.


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin wants a field to be; texts by language, options and conditions as JSON.

    An option may be marked as the `default`, which then need not be named by its value.
    """

    label: Mapping[str, str]
    help: Mapping[str, str] = field(default_factory=dict)
    is_required: bool = False
    is_unique: bool = False
    is_personal: bool = False
    is_filterable: bool = False
    default: Any = None
    options: tuple[Mapping[str, Any], ...] = ()
    conditions: Mapping[str, Any] = field(default_factory=dict)
    to: str = ""
    decimals: int = 2


def errors_of(kind: str, wish: Wish) -> dict[str, Text | str]:
    """What stands against a wish, by input."""
    errors: dict[str, Text | str] = {}
    known = KINDS.get(kind)
    if known is None:
        errors["kind"] = _("Choose what kind of field it is.")
    if not any(text.strip() for text in wish.label.values()):
        errors["label"] = _("Please fill in this field.")
    for name, texts, limit in (("label", wish.label, LABEL), ("help", wish.help, HELP)):
        if set(texts) - set(OFFERED) or any(len(text) > limit for text in texts.values()):
            errors[name] = _("This is longer than %(limit)s characters.", limit=limit)
    if kind == "reference" and registry().get(wish.to) is None:
        errors["to"] = _("Choose what it points to.")
    if known and known.has_decimals and not 0 <= wish.decimals <= 6:
        errors["decimals"] = _("From 0 to 6.")
    return errors


def texts_of(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts by language, trimmed, without those that are empty."""
    return {language: text.strip() for language, text in texts.items() if text.strip()}


def free_key(label: Mapping[str, str], taken: set[str]) -> str:
    """A key made of a label's Latin letters or pinyin, with a number where it is taken."""
    words = slug(label.get("en") or next(iter(label.values()), ""))[:30].rstrip("_")
    return free(f"x_{words}" if words[:1].isalpha() else f"x_field_{words}".rstrip("_"), taken)
