"""The parent replaces a worker that was killed, and only such a one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

PATIENCE = 120  # Seconds until an end that does not come counts as missing.
CHILD = """
    import os, signal, sys, time
    from pathlib import Path
    lives = Path(sys.argv[1])
    n = int(lives.read_text() or 0) + 1
    lives.write_text(str(n))
    {body}
"""


@pytest.fixture
def lives(tmp_path: Path) -> Path:
    path = tmp_path / "lives"
    path.write_text("0")
    return path


def supervise(lives: Path, body: str) -> subprocess.Popen[bytes]:
    child = textwrap.dedent(CHILD).format(body=body)
    parent = (
        "import sys; from app.jobs.supervisor import Supervisor; "
        f"sys.exit(Supervisor(['-c', {child!r}, {str(lives)!r}]).run())"
    )
    return subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)


@pytest.mark.parametrize(
    "ending", ["os.kill(os.getpid(), signal.SIGKILL)", "os.abort()", "sys.exit(75)"]
)
def test_a_worker_that_was_killed_is_replaced(lives: Path, ending: str) -> None:
    parent = supervise(lives, f"{ending} if n < 3 else sys.exit(0)")
    out, _err = parent.communicate(timeout=PATIENCE)
    assert parent.returncode == 0
    assert lives.read_text() == "3"
    assert out.count(b"worker_replaced") == 2


def test_a_worker_that_can_not_start_is_not_tried_for_ever(lives: Path) -> None:
    parent = supervise(lives, "sys.exit(1)")
    parent.communicate(timeout=PATIENCE)
    assert (parent.returncode, lives.read_text()) == (1, "1")


def test_a_stop_is_passed_on_and_waited_for(lives: Path) -> None:
    body = (
        "signal.signal(signal.SIGTERM, lambda *a: (time.sleep(0.3), lives.write_text('done'),"
        " sys.exit(0))); lives.write_text('listens'); time.sleep(600)"
    )
    parent = supervise(lives, body)
    while lives.read_text() != "listens":
        time.sleep(0.02)
    os.kill(parent.pid, signal.SIGTERM)
    parent.communicate(timeout=PATIENCE)
    assert (parent.returncode, lives.read_text()) == (0, "done")
