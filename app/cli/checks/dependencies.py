"""Whether what is installed is what the locks name, whole, hashed and without contradiction.

No service is asked: a check must not fail because an advisory database is out of reach.
"""

import json
import re
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.cli.postgres.places import ROOT

LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-uv.lock",
    "requirements-node.lock",
)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


def problems() -> list[str]:
    """Return every pin without a hash, every drift from the lock and every unmet requirement."""
    found = [problem for name in LOCKS for problem in _unhashed(ROOT / name)]
    found += _drift(_pins(ROOT / "requirements-dev.lock"))
    found += _unmet()
    return found + _unhashed_packages(ROOT / "package-lock.json")


def _entries(lock: Path) -> list[str]:
    """Return the requirements of a lock, each with the hashes that continue its line."""
    joined = lock.read_text().replace("\\\n", " ")
    return [
        line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]


def _unhashed(lock: Path) -> list[str]:
    return [
        f"{lock.name}: {entry.split()[0]} is not pinned with a hash."
        for entry in _entries(lock)
        if not PINNED.match(entry) or "--hash=sha256:" not in entry
    ]


def _pins(lock: Path) -> dict[str, str]:
    matches = (PINNED.match(entry) for entry in _entries(lock))
    return {canonicalize_name(match[1]): match[2] for match in matches if match}


def _drift(pins: dict[str, str]) -> list[str]:
    """Return what is installed in another version than the lock names."""
    installed = ((canonicalize_name(each.name), each.version) for each in distributions())
    return [
        f"{name} is installed in {version}, the lock names {pins[name]}."
        for name, version in installed
        if name in pins and pins[name] != version
    ]


def _unmet() -> list[str]:
    """Return the requirements between installed packages that are not met."""
    installed = {canonicalize_name(each.name): each for each in distributions()}
    found = []
    for each in installed.values():
        for text in each.requires or ():
            wanted = Requirement(text)
            if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
                continue
            given = installed.get(canonicalize_name(wanted.name))
            if given is None or not wanted.specifier.contains(given.version, prereleases=True):
                found.append(f"{each.name} needs {wanted}, which is not installed.")
    return found


def _unhashed_packages(lock: Path) -> list[str]:
    """Return the packages of the front end whose lock entry has no hash."""
    packages = json.loads(lock.read_text())["packages"]
    return [
        f"{lock.name}: {name} has no hash."
        for name, entry in packages.items()
        if name and "integrity" not in entry and not entry.get("link")
    ]
