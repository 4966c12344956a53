"""Sample records of an industry: what a workspace can look around with, in both languages.

One TOML file per starter in `records/`; `docs/starters.md` has the format.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tenants.starters.format import Localized, StarterError
from tenants.starters.table import Table

Value = str | int | Localized
_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_FOLDER = Path(__file__).parent / "records"
USUAL = "general-services"  # For workspaces that began without a starter.


@dataclass(frozen=True, slots=True)
class Sample:
    """One record to be made; `ref` is what later ones call it, in values such as "@mill"."""

    record_type: str
    ref: str
    values: Mapping[str, Value]


@cache
def load_samples(key: str) -> tuple[Sample, ...]:
    """Return the sample records of a starter in the order in which they are made.

    Those of USUAL where the starter is not known; a StarterError says what is wrong and where.
    """
    path = _FOLDER / f"{key}.toml"
    if not key or not path.is_file():
        path = _FOLDER / f"{USUAL}.toml"
    return read_samples(path.stem, path.read_text(encoding="utf-8"))


def read_samples(key: str, source: str) -> tuple[Sample, ...]:
    """Return the sample records that `source` describes, or a StarterError."""
    try:
        parsed = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise StarterError(f"{key}.toml: {error}") from error
    document = Table(parsed, f"{key}.toml")
    found = tuple(_samples(document))
    document.close()
    return found


def _samples(document: Table) -> Iterator[Sample]:
    known: set[str] = set()
    for table in document.tables("records"):
        record_type = table.text("type", _KEY)
        ref = table.text("ref", _KEY) if table.has("ref") else ""
        if ref and ref in known:
            raise StarterError(f"{table.at('ref')} stands twice: {ref!r}.")
        values = dict(_values(table, known))
        known |= {ref} if ref else set()
        yield Sample(record_type, ref, values)


def _values(table: Table, known: set[str]) -> Iterator[tuple[str, Value]]:
    for key in table.names():
        if table.is_table(key):
            yield key, table.localized(key)
            continue
        value = table.take(key)
        if not isinstance(value, str | int):
            raise StarterError(f"{table.at(key)} must be a text, a number or a table.")
        if isinstance(value, str) and value.startswith("@") and value[1:] not in known:
            raise StarterError(f"{table.at(key)} names no earlier record: {value!r}.")
        yield key, value
