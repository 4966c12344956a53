"""The registry of record types: built once at start-up, then fixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.types import RecordType
from tenants.facts import TenantFacts


class Registry:
    """Every record type by its key and by its collection; duplicates fail when it is built.

    So does a field that names a type which there is not.

    `belongings` and `mentions` are the modules' tables of what goes with a record or names it: see
    `manifest.Module`.
    """

    def __init__(
        self,
        types: Iterable[RecordType],
        belongings: Iterable[Any] = (),
        mentions: Iterable[Any] = (),
    ) -> None:
        self.belongings = tuple(belongings)
        self.mentions = tuple(mentions)
        self._by_key: dict[str, RecordType] = {}
        self._by_collection: dict[str, RecordType] = {}
        for one in types:
            if one.key in self._by_key or one.collection in self._by_collection:
                raise ValueError(f"The record type {one.key!r} is declared twice.")
            self._by_key[one.key] = one
            self._by_collection[one.collection] = one
        self._parts: dict[str, RecordType] = {}
        for one in self:
            for key, counted in one.types_of_parts.items():
                if key in self._by_key or key in self._parts:
                    raise ValueError(f"The record type {key!r} is declared twice.")
                self._parts[key] = counted
        self._demand_known()

    def _demand_known(self) -> None:
        """ValueError where a field points to a type that is none, or tells of its records."""
        for one in self:
            for field in one.fields:
                for named in (field.told_by, None if field.to == "user" else field.to):
                    if named is not None and named not in self._by_key:
                        raise ValueError(
                            f"The field {field.key!r} of {one.key!r} names {named!r},"
                            " which is no record type."
                        )
            for part in one.parts:
                unknown = {to for to in (each.to for each in part.fields) if to} - set(self._by_key)
                if unknown:
                    raise ValueError(f"The parts {part.key!r} name {unknown}, no record types.")

    def __iter__(self) -> Iterator[RecordType]:
        return iter(self._by_key.values())

    def get(self, key: str) -> RecordType | None:
        """The type called `key`, or None."""
        return self._by_key.get(key)

    def type(self, key: str) -> RecordType:
        """The type called `key`; Missing when there is none."""
        found = self._by_key.get(key)
        if found is None:
            raise Missing(_("There is no such record type."))
        return found

    def counted(self, key: str) -> RecordType | None:
        """The type, or that of parts of records, which reports call `key`; None for no such."""
        return self._by_key.get(key) or self._parts.get(key)

    def parts_at(self, collection: str, tenant: TenantFacts) -> RecordType:
        """The type of the parts at an address, when its module is on; else Missing."""
        for one in self._parts.values():
            is_meant = one.part is not None and one.part.collection == collection
            if is_meant and tenant.allows(one.module):
                return one
        raise Missing(_("There is no such page."))

    def collection(self, name: str, tenant: TenantFacts) -> RecordType:
        """The type whose collection is `name`, when its module is on; else Missing."""
        found = self._by_collection.get(name)
        if found is None or not tenant.allows(found.module):
            raise Missing(_("There is no such page."))
        return found

    def named(self, word: str) -> RecordType | None:
        """The type that a person means by its key or its collection, singular or plural."""
        return self._by_key.get(word) or self._by_collection.get(word)

    def switched_on(self, tenant: TenantFacts) -> list[RecordType]:
        """The types whose module is on, in the order of the navigation."""
        return [one for one in self if tenant.allows(one.module)]


_installed: Registry | None = None


def install(
    types: Iterable[RecordType], belongings: Iterable[Any] = (), mentions: Iterable[Any] = ()
) -> Registry:
    """Build the registry from what the modules declare; start-up calls it once per process."""
    global _installed  # noqa: PLW0603  The registry is fixed from here on.
    _installed = Registry(types, belongings, mentions)
    return _installed


def registry() -> Registry:
    """The registry; an error of ours when start-up has not built it."""
    if _installed is None:
        raise RuntimeError("The registry of record types was not built.")
    return _installed
