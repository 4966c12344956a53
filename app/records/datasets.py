"""Rows of a module's records that other modules reckon with, by key: a plain select, no import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from app.kernel.actor import Actor
from app.records.access import sees
from app.records.tailored import tailored


@dataclass(frozen=True, slots=True)
class Dataset:
    """One set of rows: `rows(by)` selects all of the workspace, whoever asks.

    What is made of them betrays the fields of `made_of`, each a record type with keys: `told` says
    who may learn of it. The rows are told of records of the type `about`. The columns are told
    where the set is declared.
    """

    key: str
    rows: Callable[[Actor], Select[Any]]
    made_of: tuple[tuple[str, tuple[str, ...]], ...]
    about: str = "account"

    def told(self, by: Actor, *more: tuple[str, str]) -> bool:
        """True for who sees all the fields that the rows are made of, and those of `more`.

        And who reads these records as far as those that they are told of: of a customer one would
        learn else what colleagues beyond one's own reach sell them.
        """
        wanted = [(kind, key) for kind, keys in self.made_of for key in keys] + list(more)
        if not all(self._reaches(kind, by) for kind, _key in wanted):
            return False
        return all(sees(tailored(kind, by), key, by) for kind, key in wanted)

    def _reaches(self, kind: str, by: Actor) -> bool:
        """True for who reads records of a kind no less far than those that the rows tell of."""
        reach, whole = by.rights.reach(kind, "read"), by.rights.reach(self.about, "read")
        return reach is not None and (whole is None or reach >= whole)


_known: Mapping[str, tuple[str, Dataset]] = {}


def install(contributed: Iterable[tuple[str, Dataset]]) -> None:
    """Fix which sets there are, each with the key of its module; start-up calls it."""
    global _known  # noqa: PLW0603  Fixed from here on, as the registry is.
    found: dict[str, tuple[str, Dataset]] = {}
    for module, one in contributed:
        if one.key in found:
            raise ValueError(f"Two datasets are called {one.key!r}.")
        found[one.key] = (module, one)
    _known = found


def dataset(key: str, by: Actor) -> Dataset | None:
    """The set called so; None where no module brings it, or that one is switched off."""
    module, found = _known.get(key, ("", None))
    return found if found is not None and by.tenant.allows(module) else None
