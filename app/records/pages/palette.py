"""Pages of record types that the palette leads to beside their lists: importing, merging,
duplicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.merge.rights import may_merge
from app.records.pages.imports.offered import imports
from app.records.registry import Registry
from app.records.types import RecordType
from app.web.shell import Link

IsFor = Callable[[RecordType, Actor], bool]


class TypePages:
    """One page of each type, as a link made once; called with a reader it gives those of theirs.

    `path` stands behind the collection in its address, `label` takes the name of the type's records
    as `what`, and `is_for` says whether a reader has the page of a type.
    """

    def __init__(
        self,
        registry: Registry,
        path: str,
        icon: str,
        label: Callable[[Text], Text],
        synonyms: Text,
        is_for: IsFor,
    ) -> None:
        self._registry, self._is_for = registry, is_for
        self._links = {
            one.key: Link(
                f"/{one.collection}/{path}", icon, label(one.words.many), synonyms=synonyms
            )
            for one in registry
        }

    def __call__(self, by: Actor) -> Iterable[Link]:
        """One for each type that is switched on and whose page is for this reader."""
        for one in self._registry.switched_on(by.tenant):
            if self._is_for(one, by):
                yield self._links[one.key]


def import_pages(registry: Registry) -> TypePages:
    """Where records of a type are imported."""
    return TypePages(
        registry,
        "import",
        "upload",
        lambda many: _("Import: %(what)s", what=many),
        _("import upload migrate move csv excel file paste"),
        imports,
    )


def merge_pages(registry: Registry) -> TypePages:
    """Where records of a type are merged."""
    return TypePages(
        registry,
        "merge",
        "git-merge",
        lambda many: _("Merge: %(what)s", what=many),
        _("merge combine join duplicates dedupe"),
        may_merge,
    )


def duplicate_pages(registry: Registry) -> TypePages:
    """Where suspected duplicates of a type stand, for whoever may read its records."""
    return TypePages(
        registry,
        "duplicates",
        "copy-check",
        lambda many: _("Duplicates: %(what)s", what=many),
        _("duplicates dedupe clean double twice same"),
        lambda one, by: bool(one.signs) and by.may(one.key, "read"),
    )
