"""The catalogues of translations: what the source says, and the files that say it otherwise."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.postgres.places import ROOT

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

FOLDER = ROOT / "app" / "translations"
SOURCES = ("app", "tenants")

# English is the language of the source. A language that is not complete holds what it has words
# for, and shows the language that it falls back to for the rest.
LANGUAGES = ("zh_Hans_CN", "zh_Hant_TW")
COMPLETE = ("zh_Hans_CN",)

# `plural` marks two forms that `ngettext` is given later; Babel knows the other names.
PLURALS = {"plural": (1, 2)}

# Written by us, as Babel's own head carries dates and versions that change with every run.
HEAD = """\
# {name} texts of Zuke; docs/translations.md tells how they are written and completed.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: nplurals={forms}; plural={rule};\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def source() -> Catalog:
    """Every text that the source marks for translation, as it stands now."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
    from babel.messages.frontend import parse_mapping_cfg

    with (ROOT / "babel.cfg").open(encoding="utf-8") as opened:
        methods, options = parse_mapping_cfg(opened)  # type: ignore[no-untyped-call]
    found = Catalog()
    for folder in SOURCES:
        for file, line, message, _comments, context in extract_from_dir(
            ROOT / folder, methods, options, {**DEFAULT_KEYWORDS, **PLURALS}
        ):
            place = (Path(folder, file).as_posix(), line)
            found.add(message, locations=[place], context=context)
    return found


def file_of(language: str) -> Path:
    """The file in which the texts of a language, such as zh_Hans_CN, are written."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog | None:
    """The texts of a language, or None where it has no file yet."""
    from babel.messages.pofile import read_po

    file = file_of(language)
    if not file.is_file():
        return None
    with file.open("rb") as opened:
        return read_po(opened, locale=language)


def texts_of(string: object) -> list[str]:
    """The one text of a message, or its plural forms."""
    if isinstance(string, str):
        return [string]
    return [str(form) for form in string] if isinstance(string, list | tuple) else []


def is_written(message: Message) -> bool:
    """True when a message has a text for each of its forms."""
    texts = texts_of(message.string)
    return bool(texts) and all(texts)


def write(language: str, texts: Catalog) -> None:
    """Write the texts of a language, and compile them for this machine.

    In the order of the source, without line numbers, dates or texts that the source lost, so that
    a change of one text is a difference of a few lines.
    """
    from babel.core import Locale
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    name = Locale.parse(language).get_display_name("en") or language
    head = HEAD.format(
        name=name, language=language, forms=texts.num_plurals, rule=texts.plural_expr
    )
    body = BytesIO()
    write_po(
        body,
        texts,
        width=0,
        omit_header=True,
        sort_by_file=True,
        include_lineno=False,
        ignore_obsolete=True,
    )
    file = file_of(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes((head.encode() + body.getvalue()).rstrip() + b"\n")
    with file.with_suffix(".mo").open("wb") as opened:
        write_mo(opened, texts)
