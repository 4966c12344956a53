"""Every text of the interface has its Chinese, none of it guessed, none of it forgotten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.cli import catalogues

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PLACE = re.compile(r"%\(\w+\)s")


def problems() -> list[str]:
    """Return the texts of the source that a complete language lacks, only guesses or breaks."""
    source = catalogues.source()
    found = []
    for language in catalogues.LANGUAGES:
        have = catalogues.read(language)
        if have is None:
            found.append(f"{language}: the catalogue is missing.")
            continue
        if language in catalogues.COMPLETE:
            found += _gaps(language, source, have)
        found += _broken(language, have)
    return found


def _gaps(language: str, source: Catalog, catalogue: Catalog) -> list[str]:
    found = []
    for wanted in source:
        if not wanted.id:
            continue
        have = catalogue.get(wanted.id, wanted.context)
        if have is None or not catalogues.is_written(have):
            found.append(f"{language}: {_first(wanted.id)!r} has no translation.")
        elif have.fuzzy:
            found.append(f"{language}: {_first(wanted.id)!r} is only guessed (fuzzy).")
    return found


def _broken(language: str, catalogue: Catalog) -> list[str]:
    """Name the texts whose placeholders differ from the English: they would fail or say less."""
    found = []
    for message in catalogue:
        wanted = set(PLACE.findall(" ".join(catalogues.texts_of(message.id))))
        texts = [text for text in catalogues.texts_of(message.string) if text]
        if message.id and any(set(PLACE.findall(text)) != wanted for text in texts):
            found.append(f"{language}: {_first(message.id)!r} has other placeholders.")
    return found


def _first(identity: object) -> str:
    return str(identity[0] if isinstance(identity, list | tuple) else identity)
