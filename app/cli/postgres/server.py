"""The embedded server as other commands use it: `ensure_running` and what it returns.

Whoever uses the server holds a shared lock on a file, and the last one to leave stops the server.
A user that is killed lets go of the lock all the same, and the next one finds the server running.
"""

import fcntl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.cli.postgres.account import server_account
from app.cli.postgres.binaries import find_binaries
from app.cli.postgres.cluster import PORT, SUPERUSER, Cluster
from app.cli.postgres.places import ROOT, SHARED, places_for
from config.machine import read_machine

LEAVING = 2.0  # Seconds in which the sessions of programs that have just ended go away.


@dataclass(frozen=True)
class Server:
    """A running embedded server; `started_here` tells whether this process started it."""

    cluster: Cluster
    superuser_url: str
    started_here: bool
    root: Path
    use: TextIO

    def stop(self) -> None:
        """Let go of the server, and stop it if nobody else uses it by now; once is enough."""
        if self.use.closed:
            return
        with _alone(self.root), self.use:
            if self._is_last() and self._is_deserted():
                self.cluster.stop()

    def _is_last(self) -> bool:
        """True when no other command of this clone uses the server."""
        try:
            fcntl.flock(self.use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _is_deserted(self) -> bool:
        """True when no program of somebody's own is connected."""
        from app.cli.postgres.databases import other_sessions

        deadline = time.monotonic() + LEAVING
        while other_sessions(self.superuser_url):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def ensure_running(*, account: str | None = None, root: Path = ROOT) -> Server:
    """Return this clone's server, made, started or found running as need be.

    `account` names the unprivileged account to use when we are root.
    """
    chosen = server_account(account)
    binaries = find_binaries(read_machine().postgres_programs, chosen, SHARED)
    places = places_for(binaries.major, as_other_account=chosen is not None, root=root)
    cluster = Cluster(binaries, places, chosen)
    with _alone(root):
        use = (root / ".zuke" / "pg.users").open("w")
        fcntl.flock(use, fcntl.LOCK_SH)
        started = not cluster.is_running()
        if started:
            whose = f" as the account {chosen.name}" if chosen else ""
            print(f"Starting PostgreSQL {binaries.major}{whose}…", file=sys.stderr, flush=True)
            cluster.make()
            cluster.start()
    return Server(cluster, _superuser_url(cluster), started, root, use)


def _superuser_url(cluster: Cluster) -> str:
    """Return the private URL of the superuser at the maintenance database."""
    from sqlalchemy import URL

    url = URL.create(
        "postgresql+psycopg2",
        username=SUPERUSER,
        password=cluster.password(),
        database="postgres",
        query={"host": str(cluster.places.socket), "port": str(PORT)},
    )
    return url.render_as_string(hide_password=False)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Keep two commands of one clone from starting its server at the same time."""
    state = root / ".zuke"
    state.mkdir(exist_ok=True)
    with (state / "pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
