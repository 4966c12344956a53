"""What the timeline of a record tells of its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.language import Text, _

KEY = "file"  # What an event of a file tells: its name before and after.
ADDED = "file_added"
REPLACED = "file_replaced"
RENAMED = "file_renamed"
DESCRIBED = "file_described"
DELETED = "file_deleted"
RESTORED = "file_restored"
VERBS = (ADDED, REPLACED, RENAMED, DESCRIBED, DELETED, RESTORED)


def tell_file(verb: str, changes: Mapping[str, Any]) -> Text | None:
    """The words of an event of a file; None for any other event.

    The names are forgotten where a person was erased, or what happened to them.
    """
    if verb not in VERBS:
        return None
    before, after = (changes.get(KEY) or (None, None))[:2]
    name = after or before
    if not name:
        return _("changed its files")
    if verb == RENAMED:
        return _("renamed the file %(before)s to %(after)s", before=before, after=after)
    return {
        ADDED: _("added the file “%(name)s”", name=name),
        REPLACED: _("added a new version of “%(name)s”", name=name),
        DESCRIBED: _("changed the description of “%(name)s”", name=name),
        DELETED: _("deleted the file “%(name)s”", name=name),
        RESTORED: _("brought back the file “%(name)s”", name=name),
    }[verb]
