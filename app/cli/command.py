"""What a command file offers; `main` reads nothing else of it.

A command is one file under `app/cli/` with four module-level names:

    NAME = "routes"                                   # the verb typed after ./zuke, and the file's
    HELP = "List every route of the application."     # one line for --help
    def configure(parser: ArgumentParser) -> None     # declares arguments and subcommands
    def run(args: Namespace) -> int                   # does the work, returns the exit code

Its module path stands in `COMMANDS` of `app/cli/main.py`. What is slow to import (Flask,
SQLAlchemy, the application) is imported inside `run`, so that `--help` stays quick.
A failure that the user can mend is `raise CommandError("One clear sentence.")`.
"""

from argparse import ArgumentParser, Namespace
from typing import Protocol


class Command(Protocol):
    """The four names of a command file, so that mypy holds every entry of `COMMANDS` to them."""

    NAME: str
    HELP: str

    @staticmethod
    def configure(parser: ArgumentParser) -> None:
        """Declare the command's arguments and subcommands."""

    @staticmethod
    def run(args: Namespace) -> int:
        """Do the work and return the exit code."""
