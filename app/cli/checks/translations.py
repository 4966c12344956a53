"""Every text of the interface has its Chinese, none of it guessed, none of it forgotten."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.postgres.places import ROOT

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

FOLDER = ROOT / "app" / "translations"

# English is the language of the source; the wording of Traditional Chinese comes later.
COMPLETE = ("zh_Hans_CN",)


def problems() -> list[str]:
    """Return the texts of the source that a complete language lacks or only guesses."""
    from babel.messages.pofile import read_po

    source = _source()
    found = []
    for language in COMPLETE:
        file = FOLDER / language / "LC_MESSAGES" / "messages.po"
        if not file.is_file():
            found.append(f"{language}: the catalogue is missing.")
            continue
        with file.open("rb") as opened:
            found += _gaps(language, source, read_po(opened, locale=language))
    return found


def _source() -> Catalog:
    """Extract the texts of the source as they are now, quietly."""
    from babel.messages.frontend import CommandLineInterface
    from babel.messages.pofile import read_po

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "messages.pot"
        arguments = ["pybabel", "--quiet", "extract", "-F", str(ROOT / "babel.cfg")]
        folders = [str(ROOT / name) for name in ("app", "tenants")]
        CommandLineInterface().run(  # type: ignore[no-untyped-call]
            [*arguments, "-o", str(target), *folders]
        )
        with target.open("rb") as opened:
            return read_po(opened)


def _gaps(language: str, source: Catalog, catalogue: Catalog) -> list[str]:
    found = []
    for wanted in source:
        if not wanted.id:
            continue
        have = catalogue.get(wanted.id, wanted.context)
        texts = [] if have is None else _texts(have.string)
        if have is None or not texts or not all(texts):
            found.append(f"{language}: {_first(wanted.id)!r} has no translation.")
        elif have.fuzzy:
            found.append(f"{language}: {_first(wanted.id)!r} is only guessed (fuzzy).")
    return found


def _texts(string: object) -> list[str]:
    """Return the one text of a message, or its plural forms."""
    if isinstance(string, str):
        return [string]
    return [str(form) for form in string] if isinstance(string, list | tuple) else []


def _first(identity: object) -> str:
    return str(identity[0] if isinstance(identity, list | tuple) else identity)
