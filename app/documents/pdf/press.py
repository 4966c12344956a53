"""Making a paper of a layout and its data, by a program of its own with bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.documents.pdf import compose
from app.documents.pdf.fonts import font_folder
from app.kernel.errors import Refused
from app.kernel.language import _

PATIENCE = 15  # Seconds by the clock; what a paper may use of the processor is less.
PARTS = Path(__file__).parent.parent / "layouts"
POINTS = 96  # Pixels to an inch of a picture.


@dataclass(frozen=True, slots=True)
class Pages:
    """The first pages of a paper as PNG, and how many it has."""

    pictures: Sequence[bytes]
    total: int


def pdf_of(
    source: Path, data: Mapping[str, Any], pictures: Mapping[str, bytes], at: datetime
) -> bytes:
    """A paper as PDF; the same layout, data, pictures and moment are the same bytes.

    Refused where it is more than can be made at once.
    """
    (made,) = _press(source, data, pictures, at, "pdf", 0).pictures
    return made


def pages_of(
    source: Path, data: Mapping[str, Any], pictures: Mapping[str, bytes], at: datetime, most: int
) -> Pages:
    """The first pages of a paper, to be looked at before it is made; Refused as `pdf_of` does."""
    return _press(source, data, pictures, at, "png", most)


def _press(
    source: Path,
    data: Mapping[str, Any],
    pictures: Mapping[str, bytes],
    at: datetime,
    form: str,
    most: int,
) -> Pages:
    with TemporaryDirectory(prefix="zuke-paper-") as folder:
        place = Path(folder)
        for one in (*PARTS.glob("parts-*.typ"), source):
            (place / one.name).write_bytes(one.read_bytes())
        for name, picture in pictures.items():
            (place / name).write_bytes(picture)
        asked = {
            "folder": folder,
            "main": source.name,
            "fonts": [str(font_folder())],
            "data": json.dumps(data, ensure_ascii=False, sort_keys=True),
            "format": form,
            "most": most,
            "ppi": POINTS,
            "timestamp": int(at.timestamp()),
        }
        return _run(json.dumps(asked).encode())


def _run(asked: bytes) -> Pages:
    """Run the program; one that is killed or gives up has been asked for too much."""
    program = [sys.executable, "-I", str(Path(compose.__file__).resolve())]
    try:
        done = subprocess.run(
            program, input=asked, capture_output=True, timeout=PATIENCE, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise too_much() from None
    if done.returncode < 0 or done.returncode == compose.TOO_MUCH:
        raise too_much()
    if done.returncode != 0:
        raise PressError(done.stderr.decode("utf-8", "replace")[-2_000:])
    head, _line, pages = done.stdout.partition(b"\n")
    told = json.loads(head)
    return Pages(_cut(pages, told["sizes"]), told["total"])


class PressError(RuntimeError):
    """A layout that can't be composed: an error of ours, never of what somebody typed."""


def too_much() -> Refused:
    """The answer to a paper that takes too long or too much memory."""
    return Refused(_("This document is too large to be made. Leave something out."))


def _cut(pages: bytes, sizes: list[int]) -> list[bytes]:
    found, at = [], 0
    for size in sizes:
        found.append(pages[at : at + size])
        at += size
    return found
