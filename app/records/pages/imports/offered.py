"""To whom importing is offered, and where."""

from __future__ import annotations

from collections.abc import Iterable

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.imports.keep import MANAGE
from app.records.registry import Registry, registry
from app.records.tailored import switched_on
from app.records.types import IMPORT, RecordType
from app.web.shell import Link


def imports(record_type: RecordType, by: Actor) -> bool:
    """True for who may take in records of this type now."""
    if by.tenant.is_read_only or not by.may(record_type.key, IMPORT):
        return False
    return by.may(record_type.key, "create") or by.may(record_type.key, "update")


def importable(by: Actor) -> list[RecordType]:
    """The types of which `by` may import something."""
    return [one for one in switched_on(by) if imports(one, by)]


def has_imports(by: Actor) -> bool:
    """True for who may import anything at all, or see what others imported."""
    types = registry().switched_on(by.tenant)
    return by.may(*MANAGE) or any(by.may(one.key, IMPORT) for one in types)


class ImportPages:
    """The pages for the palette, made once; called with a reader it gives those of theirs.

    They are found by the words that people look for them with.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._links = {
            one.key: Link(
                f"/{one.collection}/import",
                "upload",
                _("Import: %(what)s", what=one.words.many),
                synonyms=_("import upload migrate move csv excel file paste"),
            )
            for one in registry
        }

    def __call__(self, by: Actor) -> Iterable[Link]:
        """One for each type that this reader may import."""
        for one in self._registry.switched_on(by.tenant):
            if imports(one, by):
                yield self._links[one.key]
