"""Which files of the clone are kept: as git says, else everything that .gitignore does not name."""

import os
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path


def kept_files(root: Path) -> list[str]:
    """Return the files that are or would be kept, as paths below `root`.

    A bare machine may lack git, and an unpacked archive has no history to ask.
    """
    names = _told_by_git(root)
    found = _walked(root) if names is None else names
    return sorted(name for name in found if (root / name).is_file())


def _told_by_git(root: Path) -> list[str] | None:
    """Return git's list, or None where there is no git or this is no clone of its."""
    # CI checks the clone out as one account and runs as another, which git refuses unasked.
    command = ["git", "-c", f"safe.directory={root}", "ls-files", "-z"]
    try:
        done = subprocess.run(
            [*command, "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return [name for name in done.stdout.split("\0") if name] if done.returncode == 0 else None


def _walked(root: Path) -> Iterator[str]:
    """Walk through the clone, leaving out what the .gitignore at its top names."""
    lines = (root / ".gitignore").read_text().split()
    patterns = [".git", *(line.rstrip("/") for line in lines)]
    for folder, folders, files in os.walk(root):
        place = Path(folder).relative_to(root)
        folders[:] = [name for name in folders if not _is_ignored(place / name, patterns)]
        yield from (str(place / name) for name in files if not _is_ignored(place / name, patterns))


def _is_ignored(path: Path, patterns: list[str]) -> bool:
    """True where a pattern means this path: one with a slash in full, another by the last name."""
    return any(fnmatch(str(path) if "/" in one else path.name, one) for one in patterns)
