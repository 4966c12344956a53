"""A table in a text: CSV of any usual letters and delimiter, tabs as they are pasted, packed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.imports.reading.delimiter import DELIMITERS, find_delimiter
from app.records.imports.reading.encoding import ENCODINGS, find_encoding
from app.records.imports.reading.limits import HEAD_LENGTH, LONGEST_LINE
from app.records.imports.reading.opened import opened
from app.records.imports.table import How
from app.web.sheets import MARK, plain_cell

SAYS_DELIMITER = "sep="  # The first line of what Excel writes for other countries.
END = "\ue000"  # The row put after the last one: an open quote would swallow it.
LINES_LOOKED_AT = 2_000


class TextFile:
    """The rows of a text, as they stand in it."""

    sheets: Sequence[str] = ()

    def __init__(self, path: Path, how: How) -> None:
        self._path = path
        if how.encoding not in ENCODINGS:
            how = replace(how, encoding=find_encoding(path))
        if how.delimiter not in DELIMITERS:
            how = replace(how, delimiter=self._find_delimiter(how))
        if len(how.quote) != 1 or how.quote == how.delimiter:
            how = replace(how, quote='"')
        self.how = replace(how, sheet="")

    def raw_rows(self, most: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Each row with its number, empty ones too; the first `most` of them."""
        with opened(self._path) as file, closing(_decoded(file, self.how.encoding)) as text:
            yield from islice(self._rows(_lines(text, self.how.encoding)), most)

    def _rows(self, lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
        first = next(lines, None)
        if first is None:
            return
        before = [] if first.startswith(SAYS_DELIMITER) else [first]
        reader = csv.reader(
            _with_end(before, lines), delimiter=self.how.delimiter, quotechar=self.how.quote
        )
        number, is_whole = 0, False
        try:
            for row in reader:
                if row == [END]:
                    is_whole = True
                    break
                number += 1
                yield number, [plain_cell(one) if one[:1] == MARK else one for one in row]
        except csv.Error:
            is_whole = False
        if not is_whole:
            raise Refused(
                _(
                    "A quote in row %(row)s or below is never closed, or a cell is far too long."
                    " The file may have been cut.",
                    row=number + 1,
                )
            )

    def _find_delimiter(self, how: How) -> str:
        with opened(self._path) as file, closing(_decoded(file, how.encoding)) as text:
            lines = _first(islice(_lines(text, how.encoding), LINES_LOOKED_AT))
        said = lines[0].rstrip("\r\n")[len(SAYS_DELIMITER) :] if lines else ""
        if lines and lines[0].startswith(SAYS_DELIMITER) and said in DELIMITERS:
            return said
        return find_delimiter(lines, how.quote)


def _first(lines: Iterator[str]) -> list[str]:
    """These lines, up to the one with which they have more than HEAD_LENGTH."""
    found: list[str] = []
    length = 0
    for line in lines:
        found.append(line)
        length += len(line)
        if length > HEAD_LENGTH:
            break
    return found


def _with_end(before: list[str], lines: Iterator[str]) -> Iterator[str]:
    yield from before
    yield from lines
    yield END


def _decoded(file: io.BufferedReader, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")


def _lines(text: io.TextIOWrapper, encoding: str) -> Iterator[str]:
    """The lines of a text with their ends; Refused where they can't be those of a table."""
    try:
        while line := text.readline(LONGEST_LINE):
            if "\0" in line:
                raise Refused(_("This is not a table: it holds zero bytes, which no text has."))
            if len(line) == LONGEST_LINE:
                raise Refused(_("A line of this file is far too long for a table."))
            yield line
    except UnicodeDecodeError:
        raise Refused(
            _(
                "This file is not in %(encoding)s throughout. Choose other letters, or save it as"
                " CSV in UTF-8.",
                encoding=str(ENCODINGS[encoding]),
            )
        ) from None
