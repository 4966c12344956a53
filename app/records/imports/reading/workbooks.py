"""A table in a workbook (xlsx, xls, xlsb, ods), read by a process of its own that may die.

Its rows come over a pipe as they are read, so memory here stays flat.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from io import BufferedReader, BufferedWriter
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import Any, cast

from app.kernel.errors import Refused
from app.kernel.language import Text, _
from app.records.imports.reading.limits import (
    CHILD_MEMORY,
    CHILD_SECONDS,
    CHILD_SILENCE,
    HEAD_ROWS,
    LONGEST_ANSWER,
    LONGEST_SHEET,
)
from app.records.imports.reading.shaped import first_rows
from app.records.imports.table import How

PIECE = 1 << 16
CHILD = Path(__file__).with_name("sheet_child.py")
TOO_LARGE = _("This workbook is too large to be read. Save its sheet as CSV and import that.")
DAMAGED = _("This workbook is damaged or was cut. Open it in a spreadsheet and save it again.")
ERRORS: Mapping[str, Text] = {
    "encrypted": _("This workbook is locked by a password. Save it without one and try again."),
    "no_workbook": _(
        "This is not a table. Choose a CSV file or an Excel workbook; unpack archives first."
    ),
    "no_sheet": _("This workbook has no sheet with a table."),
    "too_large": TOO_LARGE,
    "damaged": DAMAGED,
}


class Workbook:
    """The rows of one sheet of a workbook, as they stand in it; the first ones are kept."""

    def __init__(self, path: Path, how: How) -> None:
        self._path = path
        with closing(self._answers(how.sheet, HEAD_ROWS)) as answers:
            head = next(answers, None)
            if not isinstance(head, dict):
                raise Refused(DAMAGED)
            self._first = first_rows((number, row) for number, row in answers)
        self.sheets: Sequence[str] = tuple(head["sheets"])
        self.how = replace(how, sheet=head["sheet"], encoding="", delimiter="")

    def raw_rows(self, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not empty with its number; those of the first `most`."""
        if most is not None and most <= HEAD_ROWS:
            yield from ((number, row) for number, row in self._first if number <= most)
            return
        with closing(self._answers(self.how.sheet, most or 0)) as answers:
            next(answers, None)
            yield from answers

    def _answers(self, sheet: str, most: int) -> Generator[Any, None, None]:
        """What the process says; it ends with whoever listens."""
        limits = (str(CHILD_MEMORY), str(CHILD_SECONDS))
        child = subprocess.Popen(
            [sys.executable, "-I", str(CHILD), str(self._path), str(most), *limits],
            stdin=subprocess.PIPE,  # The name of a sheet may be anything, which no argument may.
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONUTF8": "1"},  # Nothing of our environment, which holds secrets.
        )
        with child:
            try:
                _ask(cast(BufferedWriter, child.stdin), sheet)
                yield from _told(cast(BufferedReader, child.stdout))
            finally:
                child.kill()


def _ask(pipe: BufferedWriter, sheet: str) -> None:
    """Name the sheet to the process; none where no sheet can be called so."""
    named = sheet if len(sheet) <= LONGEST_SHEET else ""  # So the pipe holds it, and nobody waits.
    with suppress(BrokenPipeError), pipe:  # What it died of is told when it is listened to.
        pipe.write(json.dumps(named).encode())


def _told(pipe: BufferedReader) -> Iterator[Any]:
    """What the process says, up to its end; Refused where it can't read on, or dies."""
    for line in _lines(pipe):
        said = json.loads(line)
        if isinstance(said, dict) and "error" in said:
            raise Refused(ERRORS[said["error"]])
        if isinstance(said, dict) and "end" in said:
            return
        yield said
    raise Refused(TOO_LARGE)  # It met one of its limits, or its data made it fall.


def _lines(pipe: BufferedReader) -> Iterator[bytes]:
    """The whole lines of what the process writes; they end with the process or its silence."""
    begun: list[bytes] = []  # The pieces of a line whose end is still to come.
    size = 0
    with DefaultSelector() as waiting:
        waiting.register(pipe, EVENT_READ)
        while waiting.select(CHILD_SILENCE):
            piece = pipe.read1(PIECE)
            if not piece:
                return
            end, *lines = piece.split(b"\n")
            begun.append(end)
            size += len(end)
            if size > LONGEST_ANSWER:
                raise Refused(TOO_LARGE)
            if lines:
                yield b"".join(begun)
                yield from lines[:-1]
                begun, size = lines[-1:], len(lines[-1])
