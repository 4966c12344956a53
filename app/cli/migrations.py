"""`zuke migrations new`: drafts the next revision of either history from the models."""

import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from config.machine import read_machine

if TYPE_CHECKING:
    from sqlalchemy import Engine

NAME = "migrations"
HELP = "Draft the next migration of the shared tables or of the workspaces from the models."

DATABASE = "zuke_draft"


def configure(parser: ArgumentParser) -> None:
    """Declare which history the revision belongs to, and what it does."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    new = verbs.add_parser("new", help="write the revision from the head to the models")
    new.add_argument("history", choices=("control", "tenant"))
    new.add_argument("message", help="what it does, in a few words: add the size of an account")


def run(args: Namespace) -> int:
    """Write the draft and name its file; it is for a person to read and to complete."""
    import app.modules  # noqa: F401 - importing the modules puts their tables into the metadata.
    from app.kernel.model import Base
    from tenants.database import ControlBase
    from tenants.history import CONTROL, TENANT
    from tenants.migrations import write_revision

    of_control = args.history == "control"
    history, base = (CONTROL, ControlBase) if of_control else (TENANT, Base)
    with _scratch_engine() as engine:
        path = write_revision(engine, history, base.metadata, args.message)
    if path is None:
        print("The models say nothing that the migrations don't say.")
        return 0
    # What the linter would still say of a draft is said by the check, once it was completed.
    for step in (("check", "--fix"), ("format",)):
        subprocess.run(
            [sys.executable, "-m", "ruff", *step, path], check=False, capture_output=True
        )
    print(f"Read and complete {path}")
    return 0


@contextmanager
def _scratch_engine() -> "Iterator[Engine]":
    """An engine on a database of its own that is gone afterwards."""
    from sqlalchemy import create_engine

    from app.cli.postgres.databases import create_database, drop_database
    from app.cli.postgres.server import ensure_running

    given = read_machine().test_superuser_url
    server = None if given else ensure_running()
    url = server.superuser_url if server else str(given)
    try:
        engine = create_engine(create_database(url, DATABASE).owner)
        try:
            yield engine
        finally:
            engine.dispose()
            drop_database(url, DATABASE)
    finally:
        if server:
            server.stop()
