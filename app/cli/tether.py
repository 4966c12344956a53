"""Runs a program that ends when its parent does: `python tether.py PARENT PROGRAM ARGUMENT…`.

A parent that is killed can tell nobody. On Linux the kernel tells its children then, by a signal
that they asked for, and the wish survives becoming another program. Imports only the standard
library, since nothing of this process stays.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def tethered(command: Sequence[str]) -> list[str]:
    """Return the command line that runs our Python with `command`, tethered to this process."""
    python = sys.executable
    return [python, "-I", __file__, str(os.getpid()), python, *command]


def main(parent: int, command: list[str]) -> None:
    """Ask for the signal, and become the program unless the parent is gone already."""
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == parent:
        os.execv(command[0], command)  # noqa: S606 - no shell is meant.


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
