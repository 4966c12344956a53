"""Programs that a command keeps running end with it, also when nobody could tell them to."""

import os
import select
import subprocess
import sys

import pytest

from app.cli.postgres.places import ROOT
from app.cli.processes import Processes

PATIENCE = 30_000  # Milliseconds until a test gives up waiting.

# Tells its number, and how it ended.
CHILD = """
import os, pathlib, signal, sys, time
def end(*_): pathlib.Path(sys.argv[1], "told").touch(); sys.exit()
signal.signal(signal.SIGTERM, end)
half = pathlib.Path(sys.argv[1], "half"); half.write_text(str(os.getpid()))
half.rename(pathlib.Path(sys.argv[1], "pid"))
time.sleep(600)
"""
PARENT = """
import pathlib, sys, time
from app.cli.processes import Processes
folder = pathlib.Path(sys.argv[1])
Processes(folder).start("child", ["-c", sys.argv[2], str(folder)], {})
while not (folder / "pid").exists(): time.sleep(0.01)
print("started", flush=True)
time.sleep(600)
"""


def ended(pidfd: int) -> bool:
    """Wait for the end of a process that is not our child."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    return bool(waiting.poll(PATIENCE))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a killed parent")
def test_a_program_ends_when_the_command_is_killed(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path), CHILD]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout.readline() == b"started\n"
        child = os.pidfd_open(int((tmp_path / "pid").read_text()))
        parent.kill()
    try:
        assert ended(child)
    finally:
        os.close(child)
    assert (tmp_path / "told").exists()


def test_a_program_whose_command_is_gone_already_does_not_begin(tmp_path):
    stranger = str(os.getpid() + 1)
    command = [str(ROOT / "app/cli/tether.py"), stranger, sys.executable, "-c", "print('began')"]
    done = subprocess.run([sys.executable, *command], capture_output=True, check=True)
    assert done.stdout == b""


def test_a_program_keeps_its_arguments_and_its_surroundings(tmp_path):
    processes = Processes(tmp_path)
    program = "import os, sys; print(os.environ['ZUKE_ENV'], *sys.argv[1:])"
    processes.start("echo", ["-c", program, "a b", "--port", "1"], {"ZUKE_ENV": "demo"})
    assert processes.running["echo"].wait() == 0
    assert processes.log("echo").read_text() == "demo a b --port 1\n"
