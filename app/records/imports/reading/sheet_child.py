"""Reads a workbook in a process of its own, with limits, and writes its rows as lines of JSON.

It is run by its path and imports nothing of the product: PATH MOST MEMORY SECONDS, with the name of
the sheet as JSON on its standard input. The first line names the sheets, then come rows as
[number, cells], and last {"end": true} or {"error": why}.
"""

from __future__ import annotations

import json
import resource
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import limits  # type: ignore[import-not-found]  # It lies beside this file.

PIECE = 1 << 16


class Unreadable(Exception):
    """The workbook can't be read; the argument says why in one word."""


def main(path: str, sheet: str, most: int) -> None:
    """Write the rows of a sheet, the first `most` or (0) all."""
    import python_calamine as calamine

    with open(path, "rb") as file:  # By what it holds, as its name says nothing.
        is_zip = file.read(2) == b"PK"
        if is_zip:
            _check_zip(path)
        file.seek(0)
        try:
            _write(calamine.CalamineWorkbook.from_filelike(file), sheet, most)
        except calamine.PasswordError:
            raise Unreadable("encrypted") from None
        except calamine.CalamineError:
            raise Unreadable("damaged") from None


def _write(book: Any, sheet: str, most: int) -> None:
    names = [one.name for one in book.sheets_metadata if _is_table(one)]
    if not names:
        raise Unreadable("no_sheet")
    chosen = sheet if sheet in names else _first_filled(book, names)
    say({"sheets": names, "sheet": chosen})
    for number, row in enumerate(book.get_sheet_by_name(chosen).iter_rows(), 1):
        if most and number > most:
            break
        cells = _texts(row)
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            say([number, cells])


def _texts(row: list[Any]) -> list[str]:
    """The cells of a row; a text that stands in a workbook once may be named by many of them."""
    cells = [_text(one) for one in row]
    lengths = [len(one) for one in cells]
    if max(lengths, default=0) > limits.LONGEST_CELL or sum(lengths) > limits.LONGEST_LINE:
        raise Unreadable("too_large")
    return cells


def _is_table(sheet: Any) -> bool:
    """True for sheets with cells that people see."""
    return str(sheet.typ).endswith("WorkSheet") and str(sheet.visible).endswith(".Visible")


def say(what: Any) -> None:
    """One line of the answer."""
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")


def _first_filled(book: Any, names: list[str]) -> str:
    """The first sheet that has any rows; the first of all where none has."""
    filled = (one for one in names if book.get_sheet_by_name(one).start is not None)
    return str(next(filled, names[0]))


def _text(cell: Any) -> str:
    """A cell as text: numbers plain, dates and moments ISO 8601."""
    if type(cell) is str:
        return cell
    if type(cell) is float:
        return _number(cell)
    return _other(cell)


def _number(number: float) -> str:
    return str(int(number)) if number.is_integer() else f"{Decimal(repr(number)):f}"


def _other(cell: Any) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(cell)


def _check_zip(path: str) -> None:
    """Unreadable for what is no workbook, is cut, or unpacks to more than is fit to be read."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            names = {one.filename for one in parts}
            if len(parts) > limits.MOST_PARTS:
                raise Unreadable("too_large")
            if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
                raise Unreadable("no_workbook")
            if any(one.flag_bits & 1 for one in parts):
                raise Unreadable("encrypted")
            _check_sizes([(one.file_size, one.compress_size) for one in parts])
            read = [one for one in parts if one.filename.endswith((".xml", ".rels", ".bin"))]
            _check_unpacked(packed, read)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise Unreadable("damaged") from None


def _check_sizes(sizes: list[tuple[int, int]]) -> None:
    """What the parts say of themselves."""
    if sum(size for size, _packed in sizes) > limits.MOST_IN_WORKBOOK:
        raise Unreadable("too_large")
    for size, packed in sizes:
        if size > limits.RATIO_FROM and size > packed * limits.MOST_RATIO:
            raise Unreadable("too_large")


def _check_unpacked(packed: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """What they are: what a part says of its size need not be true."""
    total = 0
    for one in parts:
        with packed.open(one) as part:
            while piece := part.read(PIECE):
                total += len(piece)
                if total > limits.MOST_IN_WORKBOOK:
                    raise Unreadable("too_large")


def limit(memory: int, seconds: int) -> None:
    """Bind this process: memory, processor time, no file written, no dump of memory."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    file_path, rows, memory_bytes, cpu_seconds = sys.argv[1:]
    limit(int(memory_bytes), int(cpu_seconds))
    try:
        main(file_path, json.load(sys.stdin), int(rows))
        say({"end": True})
    except Unreadable as why:
        say({"error": str(why)})
    except MemoryError:
        say({"error": "too_large"})
