"""The two migration histories, read by Alembic and rendered to plain SQL.

Each revision is an Alembic file with one schema operation per step. It is rendered once and the
text is run on the control schema, or on one tenant after another: that is what makes migrating
thousands of tenants quick, and why a revision can't read rows and decide in Python. What it must
know of the workspace whose schema it changes stands in its text as a mark, and whoever runs it
hands it over: `{{currency}}` is that of the firm. Alembic is imported when a revision is looked at,
since the web only asks for the head.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from tenants.schema import plain_dialect

if TYPE_CHECKING:
    from alembic.script import Script, ScriptDirectory

# Alembic tells at INFO that it looked at the database, once for every look.
logging.getLogger("alembic").setLevel(logging.WARNING)

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
CURRENCY = "{{currency}}"  # Three letters: put it between quotes.
FILE_NAME = "%(year)d_%(month).2d_%(day).2d_%(rev)s_%(slug)s"


class HistoryError(RuntimeError):
    """The history is not one line of revisions, or a version is none of its own."""


def handed(statements: Iterable[str], *, currency: str) -> list[str]:
    """The statements as they are run in the schema of a workspace that counts in `currency`."""
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise HistoryError(f"{currency!r} is no currency that a migration can be handed.")
    return [one.replace(CURRENCY, currency) for one in statements]


def of_no_firm(statements: Iterable[str]) -> list[str]:
    """The statements for a schema that is no workspace's: no rows, and no firm's defaults."""
    return [one for one in statements if CURRENCY not in one]


class _Statements:
    """Collects what Alembic writes, one statement per write, in place of a file."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> int:
        """Keep one statement without its terminator."""
        statement = text.strip().removesuffix(";").rstrip()
        if statement:
            self.written.append(statement)
        return len(text)

    def flush(self) -> None:
        """Nothing waits to be written."""


@dataclass(frozen=True)
class History:
    """One folder of revisions, a single line from the first to the head."""

    folder: Path

    @cached_property
    def scripts(self) -> ScriptDirectory:
        """Alembic's view of the folder."""
        from alembic.script import ScriptDirectory

        return ScriptDirectory(str(self.folder), file_template=FILE_NAME, timezone="UTC")

    @cached_property
    def line(self) -> tuple[Script, ...]:
        """Every revision, the first one first."""
        heads = self.scripts.get_heads()
        if len(heads) > 1:
            raise HistoryError(f"{self.folder.name} has several heads: {', '.join(sorted(heads))}.")
        return tuple(reversed(list(self.scripts.walk_revisions())))

    @cached_property
    def head(self) -> str:
        """The newest revision, or an empty text where there is none yet.

        It is read from the files' names, where a day and the number of the revision come first.
        """
        names = sorted(path.name for path in self.folder.glob("versions/[0-9]*.py"))
        return names[-1].split("_")[3] if names else ""

    def upgrade(self, version: str, *, to: str | None = None) -> list[str]:
        """The statements that lead from `version` (empty: from nothing) to the head, or `to`."""
        steps = self.line[self._passed(version) : None if to is None else self._passed(to)]
        return self._render([step.module.upgrade for step in steps])

    def downgrade(self, version: str) -> list[str]:
        """The statements that undo everything from `version` back to nothing."""
        passed = self.line[: self._passed(version)]
        return self._render([step.module.downgrade for step in reversed(passed)])

    def _passed(self, version: str) -> int:
        """How many revisions a schema at `version` has behind it."""
        if not version:
            return 0
        for count, step in enumerate(self.line, start=1):
            if step.revision == version:
                return count
        raise HistoryError(f"Version {version!r} is not in the history {self.folder.name}.")

    @staticmethod
    def _render(steps: list[object]) -> list[str]:
        from alembic.operations import Operations
        from alembic.runtime.migration import MigrationContext

        out = _Statements()
        options = {"as_sql": True, "output_buffer": cast("TextIO", out)}
        context = MigrationContext.configure(dialect=plain_dialect(), opts=options)
        with Operations.context(context):
            for step in steps:
                step()  # type: ignore[operator]
        return out.written


CONTROL = History(MIGRATIONS / "control")
TENANT = History(MIGRATIONS / "tenant")
