"""What the columns of a record type are called: by us in every language, and by other systems.

What others call them stands beside the module that declares the type, in `headers/<type>.toml` and
`headers/common.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.kernel.language import LOCALES, using
from app.records.fields import Field
from app.records.imports.guessing.names import plain
from app.records.types import RecordType

ROOT = Path(__file__).parents[3]  # Where the modules lie.
COMMON = "common"
LABEL, KEY, SYNONYM, SHARED = 0, 1, 10, 1_000  # How near a name is to a field; less is nearer.


@dataclass(frozen=True, slots=True)
class Words:
    """Names as they are compared: of fields with how near each is, of what is left out and why, of
    what would be a field of the workspace's own and of which kind; and texts that mean an option.
    """

    fields: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def labels_of(one: Field) -> Iterator[str]:
    """What we call a field, in every language."""
    for language in LOCALES:
        with using(language):
            yield str(one.label)


@lru_cache(maxsize=64)
def words_of(module: str, key: str) -> Words:
    """What other systems call the columns of the type `key` of a module."""
    folder = ROOT / module / "headers"
    own, shared = _read(folder / f"{key}.toml"), _read(folder / f"{COMMON}.toml")
    mine = {*_names(own, "fields"), *_names(own, "left_out"), *_names(own, "own")}
    fields = dict(_ranked(own, SYNONYM)) | {
        name: found for name, found in _ranked(shared, SHARED) if name not in mine
    }
    left_out = _names(own, "left_out") | {
        name: why for name, why in _names(shared, "left_out").items() if name not in mine
    }
    values = {
        one: {plain(text): value for value, texts in told.items() for text in texts}
        for one, told in own.get("values", {}).items()
    }
    return Words(fields, left_out, _names(own, "own"), values)


def own_words(record_type: RecordType) -> dict[str, tuple[int, str]]:
    """What we call the fields ourselves, and their keys."""
    found: dict[str, tuple[int, str]] = {}
    for one in record_type.fields:
        found.setdefault(plain(one.key), (KEY, one.key))
        found.setdefault(plain(one.key.removesuffix("_id")), (KEY, one.key))
    lined = record_type.lined
    for one in lined.fields if lined is not None else ():
        for label in labels_of(one):
            found[plain(label)] = (LABEL, f"{lined.input}.{one.key}")  # type: ignore[union-attr]
    for one in record_type.fields:
        for label in labels_of(one):
            if found.get(plain(label), (KEY, ""))[0] != LABEL:
                found[plain(label)] = (LABEL, one.key)
    return found


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _ranked(told: Mapping[str, Any], rank: int) -> Iterator[tuple[str, tuple[int, str]]]:
    """Each name with its place among those of its field."""
    for key, names in told.get("fields", {}).items():
        for at, name in enumerate(names):
            yield plain(name), (rank + at, key)


def _names(told: Mapping[str, Any], part: str) -> dict[str, str]:
    return {plain(name): key for key, names in told.get(part, {}).items() for name in names}
