"""The programs that a command keeps running beside it: started, watched, stopped."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.cli.errors import CommandError
from app.cli.tether import tethered

# Longer than gunicorn and the worker take to finish what they have begun.
PATIENCE = 35.0


@dataclass
class Processes:
    """Programs in their order of starting; each writes a log of its own."""

    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a program of Python with our interpreter.

        It gets a session of its own, so that a Ctrl-C reaches us alone and each is stopped once;
        should we be killed, it is asked to end.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("wb") as log:
            self.running[name] = subprocess.Popen(
                tethered(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        """Return the file that a program writes to."""
        return self.logs / f"{name}.log"

    def check(self) -> None:
        """Answer with a CommandError when one of the programs has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                log = self.log(name)
                sys.stderr.write(log.read_text(errors="replace")[-3000:])
                raise CommandError(f"The {name} process ended; its log is {log}.")

    def stop(self) -> None:
        """Ask all to finish, and end those that don't in time."""
        for process in self.running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()
