"""Pages of record types that the palette leads to beside their lists: merging, duplicates."""

from __future__ import annotations

from collections.abc import Iterable

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.merge.rights import may_merge
from app.records.registry import Registry
from app.web.shell import Link


class MergePages:
    """The links of all types, made once; called with a reader it gives those of what they merge."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._links = {
            one.key: Link(
                f"/{one.collection}/merge",
                "git-merge",
                _("Merge: %(what)s", what=one.words.many),
                synonyms=_("merge combine join duplicates dedupe"),
            )
            for one in registry
        }

    def __call__(self, by: Actor) -> Iterable[Link]:
        """One for each type whose records this reader may merge."""
        for one in self._registry.switched_on(by.tenant):
            if may_merge(one, by):
                yield self._links[one.key]


class DuplicatePages:
    """The links to the duplicates of each type, for whoever may read its records."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._links = {
            one.key: Link(
                f"/{one.collection}/duplicates",
                "copy-check",
                _("Duplicates: %(what)s", what=one.words.many),
                synonyms=_("duplicates dedupe clean double twice same"),
            )
            for one in registry
            if one.signs
        }

    def __call__(self, by: Actor) -> Iterable[Link]:
        """One for each type that is switched on and that this reader may read."""
        for one in self._registry.switched_on(by.tenant):
            if one.key in self._links and by.may(one.key, "read"):
                yield self._links[one.key]
