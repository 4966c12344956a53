"""Small pictures of files, made by a program of its own with bounds on its memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from app.records.files import draw
from app.records.files.models import Drawing
from tenants.files import Folder

SIZES = ("small", "large")
PATIENCE = 40  # Seconds by the clock; what a picture may use of the processor is less.
MEDIA_TYPE = "image/webp"
OUTCOMES = {draw.DRAWN: Drawing.READY, draw.TOO_LARGE: Drawing.TOO_LARGE}


def picture_name(stored: str, size: str) -> str:
    """The name on the disk of a small picture of the file that is stored so."""
    return f"{stored.partition('.')[0]}.{size}"


def draw_pictures(source: Path, stored: str, folder: Folder) -> Drawing:
    """Make the small pictures of a file; answers with what came of it.

    Whatever the file does to whoever reads it, this process goes on. NoRoom when the disk is full.
    """
    with folder.passing() as small, folder.passing() as large:
        outcome = _run(source, (small, large))
        if outcome is Drawing.READY:
            for draft, size in zip((small, large), SIZES, strict=True):
                folder.take(draft, picture_name(stored, size))
        return outcome


def _run(source: Path, targets: tuple[Path, ...]) -> Drawing:
    """Run the program; one that is killed or says nothing has failed."""
    program = [sys.executable, "-I", str(Path(draw.__file__).resolve())]
    try:
        done = subprocess.run(
            [*program, str(source), *map(str, targets)],
            capture_output=True,
            timeout=PATIENCE,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Drawing.FAILED
    if done.returncode != 0:
        return Drawing.FAILED
    return OUTCOMES.get(json.loads(done.stdout or b'""'), Drawing.FAILED)
