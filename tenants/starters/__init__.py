"""Starters: what a new workspace of an industry begins with, as data in both languages.

One TOML file per industry, whose name is the starter's key. `docs/starters.md` has the format.
"""

from functools import cache
from pathlib import Path

from tenants.starters.format import (
    COLOURS,
    LANGUAGES,
    Choice,
    Picklist,
    RoleChange,
    Starter,
    StarterError,
)
from tenants.starters.reading import read_starter

__all__ = [
    "COLOURS",
    "LANGUAGES",
    "Choice",
    "Picklist",
    "RoleChange",
    "Starter",
    "StarterError",
    "list_starters",
    "load_starter",
]

_FOLDER = Path(__file__).parent


@cache
def load_starter(key: str) -> Starter:
    """Return the starter of that key; a StarterError names what is unknown or wrong in its file."""
    known = {path.stem: path for path in sorted(_FOLDER.glob("*.toml"))}
    if key not in known:
        raise StarterError(f"There is no starter {key!r}; there are {', '.join(known)}.")
    return read_starter(key, known[key].read_text(encoding="utf-8"))


def list_starters() -> tuple[Starter, ...]:
    """Return every starter, in the order of their keys."""
    return tuple(load_starter(path.stem) for path in sorted(_FOLDER.glob("*.toml")))
