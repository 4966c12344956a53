"""The service behind gunicorn, spoken to byte by byte, as attackers do and no library would."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.cli.postgres.places import ROOT
from app.cli.processes import Processes
from config.machine import child_environment
from config.settings import Settings

LOOPBACK = "127.0.0.1"
READY_WITHIN = 60.0
SERVICE = "zuke.test"
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


@dataclass(frozen=True)
class Wire:
    """A running gunicorn: its port, its master's process and where it logs."""

    port: int
    master: int
    log: Path

    def send(self, raw: bytes, patience: float = 5.0) -> bytes:
        """Everything that comes back for these bytes until the other side ends or says no more."""
        with socket.create_connection((LOOPBACK, self.port), timeout=patience) as line:
            line.sendall(raw)
            return _read(line)

    def statuses(self, raw: bytes) -> list[int]:
        """The status of each answer to these bytes."""
        return [int(status) for status in STATUS.findall(self.send(raw))]

    def workers(self) -> list[int]:
        """The processes that answer."""
        text = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return [int(word) for word in text.split()]


def request(
    method: str, path: str, host: str, body: bytes = b"", *more: str, last: bool = True
) -> bytes:
    """A request as it stands on the wire; `last` closes the line behind it."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *more]
    lines += ["Connection: close"] if last else []
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join(lines).encode("latin1") + b"\r\n\r\n" + body


@contextmanager
def serve(settings: Settings, folder: Path) -> Iterator[Wire]:
    """Start gunicorn as for customers on a port that is free, and stop it at the end."""
    with socket.create_server((LOOPBACK, 0)) as door:
        port = door.getsockname()[1]
    processes = Processes(folder)
    config = str(ROOT / "config/gunicorn.py")
    command = ["-m", "gunicorn", "--chdir", str(ROOT), "-c", config]
    environment = child_environment(
        ZUKE_ENV="production",
        DATABASE_URL=settings.database_url,
        API_PER_SECOND=str(settings.api_per_second),
        DATABASE_OWNER_URL=None,
        SECRET_KEY=settings.secret_key,
        BASE_URL=f"https://{SERVICE}",
        SMTP_URL=settings.smtp_url,
        FILES_URL=settings.files_url,
        DATABASE_POOL_SIZE="4",
        PYTHONPATH=str(ROOT),
    )
    processes.start("web", [*command, "--bind", f"{LOOPBACK}:{port}", "wsgi:app"], environment)
    wire = Wire(port, processes.running["web"].pid, processes.log("web"))
    try:
        _wait(wire, processes)
        yield wire
    finally:
        processes.stop()


def _wait(wire: Wire, processes: Processes) -> None:
    """Return once the service answers that it is ready."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        processes.check()
        try:
            if wire.statuses(request("GET", "/readyz", SERVICE)) == [200]:
                return
        except OSError:
            time.sleep(0.1)  # Nobody listens yet.
    raise AssertionError(wire.log.read_text(errors="replace")[-3000:])


def _read(line: socket.socket) -> bytes:
    found = b""
    try:
        while piece := line.recv(65_536):
            found += piece
    except (TimeoutError, ConnectionResetError):
        pass  # Some answer and leave the line open; some close it in anger.
    return found
