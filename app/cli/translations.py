"""`zuke translations`: bring the catalogues to the texts of the source, and say what they lack."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.cli import catalogues

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

NAME = "translations"
HELP = "Bring the translations to the texts of the source, and say what they lack."


def configure(parser: ArgumentParser) -> None:
    """Declare the one thing that can be done with them."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    update = actions.add_parser(
        "update", help="extract the texts, update and compile every language"
    )
    update.set_defaults(act=update_all)


def run(args: Namespace) -> int:
    """Do the chosen action."""
    done: int = args.act()
    return done


def update_all() -> int:
    """Update every language, then print what is missing; exit code 1 while something is."""
    from app.cli.checks.translations import problems

    source = catalogues.source()
    for language in catalogues.LANGUAGES:
        texts = updated(language, source)
        catalogues.write(language, texts)
        written = sum(catalogues.is_written(message) for message in texts if message.id)
        print(f"{language}: {written} of {len(source)} texts.")
    found = problems()
    for problem in found:
        print(problem)
    return 1 if found else 0


def updated(language: str, source: Catalog) -> Catalog:
    """The catalogue of a language with the texts of `source`, nothing guessed.

    One that is to be complete holds an empty place for what is missing; another leaves it out.
    """
    from babel.messages.catalog import Catalog

    texts = catalogues.read(language) or Catalog(locale=language)
    texts.update(source, no_fuzzy_matching=True)
    if language not in catalogues.COMPLETE:
        missing = [one for one in texts if one.id and not catalogues.is_written(one)]
        for message in missing:
            texts.delete(message.id, message.context)
    return texts
