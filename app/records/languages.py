"""A text in several languages as a form holds it: a line each, the workspace's own first."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.actor import Actor
from app.kernel.language import LOCALES, OFFERED
from app.kernel.localized import LocalText


def languages(by: Actor) -> tuple[str, ...]:
    """The languages in the order of the lines; people are asked for those that are offered."""
    own = by.tenant.language
    return tuple(dict.fromkeys((own, *OFFERED, *LOCALES)))


def asked_for(by: Actor) -> tuple[str, ...]:
    """The languages that a form asks for."""
    return tuple(one for one in languages(by) if one in (by.tenant.language, *OFFERED))


def to_lines(texts: Mapping[str, str] | LocalText, by: Actor) -> str:
    """The lines of a text; an empty one where it lacks a language."""
    known = texts.texts if isinstance(texts, LocalText) else texts
    return "\n".join(known.get(one, "") for one in languages(by))


def from_lines(lines: str, by: Actor) -> dict[str, str]:
    """The texts by language; a single line is in the workspace's own."""
    return dict(zip(languages(by), lines.split("\n"), strict=False))
