"""How often the garbage collector looks for circles in a process that runs jobs."""

from __future__ import annotations

import gc

YOUNG = 200_000  # Objects made beyond those gone: several pieces of an import make as many.


def collect_seldom() -> None:
    """Keep the collector off what is loaded by now, and from looking through each piece of a job.

    Rows of a job are gone as soon as nothing names them; with the usual threshold a fifth of the
    time that an import takes went into looking for circles that are not there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
