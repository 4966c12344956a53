"""Where several worker processes keep the numbers that one of them answers for all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def multiprocess_folder() -> str | None:
    """The folder shared by the worker processes, or None in a process that stands alone."""
    return os.environ.get(VARIABLE) or None


def share_metrics() -> Path:
    """Make a fresh folder for this master's workers; call before anything imports the client.

    The client decides by the variable, when it is first imported, where its numbers live.
    """
    folder = Path(tempfile.mkdtemp(prefix="zuke-metrics-"))
    os.environ[VARIABLE] = str(folder)
    return folder


def forget_metrics() -> None:
    """Remove the folder when the master ends."""
    folder = multiprocess_folder()
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
