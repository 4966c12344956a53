"""Makes a cluster, starts it, finds it running again after our own end, and stops it."""

import locale
import os
import secrets
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from app.cli.errors import CommandError
from app.cli.postgres.account import Account, run_as
from app.cli.postgres.binaries import Binaries
from app.cli.postgres.places import Places

SUPERUSER = "postgres"
PORT = 5432

# Tenants share one cluster: a dump or an upgrade touches the tables of hundreds of them at once,
# each with a lock of its own.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "max_locks_per_transaction": "1024",
    # What is written comes in bursts, an import's pages twenty kilobytes a row: they stay in memory
    # until their next change, and a page is only written whole once in a quarter of an hour.
    "shared_buffers": "1GB",
    "wal_buffers": "64MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}

# Under LC_CTYPE C, Chinese text is not trigram-indexed, without any error. The second name is for
# systems whose C library has no C.UTF-8.
LOCALES = ("C.UTF-8", "en_US.UTF-8")


@dataclass(frozen=True)
class Cluster:
    """One data folder and the programs and account that serve it."""

    binaries: Binaries
    places: Places
    account: Account | None

    def make(self) -> None:
        """Create the data folder with its superuser's password, unless a whole one is there."""
        places = self.places
        if (places.data / "PG_VERSION").is_file() and places.password.is_file():
            return
        shutil.rmtree(places.data, ignore_errors=True)
        places.home.mkdir(parents=True, exist_ok=True)
        places.home.chmod(0o755 if self.account else 0o700)
        self._own(places.data, 0o700)
        password = secrets.token_urlsafe(24)
        # initdb reads the password from a file, which only the server's account need read.
        handed = places.data.with_suffix(".handed")
        _write_private(handed, password)
        self._give(handed)
        done = run_as(
            self.account,
            [
                self.binaries.path("initdb"),
                f"--pgdata={places.data}",
                f"--username={SUPERUSER}",
                f"--pwfile={handed}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                f"--locale={_locale()}",
            ],
        )
        handed.unlink()
        if done.returncode != 0:
            shutil.rmtree(places.data, ignore_errors=True)
            raise CommandError(f"PostgreSQL's data cannot be made: {_last_line(done.stderr)}")
        _write_private(places.password, password)

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        self._own(self.places.socket, 0o700)
        self._forget_stale_pid()
        settings = {**SETTINGS, "unix_socket_directories": str(self.places.socket)}
        options = shlex.join(
            part for name, value in settings.items() for part in ("-c", f"{name}={value}")
        )
        done = self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.places.log), "-o", options)
        if done != 0:
            raise CommandError(
                f"PostgreSQL does not start: {_last_line(_read(self.places.log))} "
                f"(its log is {self.places.log})"
            )

    def stop(self) -> None:
        """Stop the server, ending what is still connected."""
        self._pg_ctl("stop", "-m", "fast", "-w", "-t", "60")

    def is_running(self) -> bool:
        """Tell whether a server runs on this data folder and listens where we look for it."""
        listens = (self.places.socket / f".s.PGSQL.{PORT}").exists()
        return listens and self._pg_ctl("status") == 0

    def password(self) -> str:
        """Return the superuser's password."""
        return self.places.password.read_text().strip()

    def _pg_ctl(self, verb: str, *arguments: str) -> int:
        command = [self.binaries.path("pg_ctl"), verb, "-s", "-D", str(self.places.data)]
        return run_as(self.account, [*command, *arguments]).returncode

    def _forget_stale_pid(self) -> None:
        """Remove the pid file of a server that died, when its number now names another program.

        PostgreSQL itself forgets a number that names nothing, but not one that was given anew.
        """
        pid_file = self.places.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return
        if b"postgres" not in command.split(b"\0", 1)[0]:
            pid_file.unlink()

    def _own(self, folder: Path, mode: int) -> None:
        """Make a folder for the server's account; refuse one that somebody else put there."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if folder.stat().st_uid not in {os.geteuid(), self._uid()} or folder.is_symlink():
                raise CommandError(f"{folder} belongs to somebody else; remove it and try again.")
            folder.chmod(mode)
            self._give(folder)
        except OSError as error:
            raise CommandError(f"{folder} cannot be made: {error.strerror}.") from error

    def _give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _uid(self) -> int:
        return os.geteuid() if self.account is None else self.account.uid


def _locale() -> str:
    """Return the UTF-8 locale that this machine's C library knows."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in LOCALES:
            try:
                locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
            return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise CommandError("This machine has no UTF-8 locale; install one, such as C.UTF-8.")


def _write_private(path: Path, text: str) -> None:
    """Write a secret so that at no moment anybody else may read it."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"
