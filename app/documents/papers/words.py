"""What the timeline of a record tells of the public links of its documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.language import Text, _
from app.records.pages.changes import Tells

KEY = "document"  # What such an event tells: the title of the document.
LINKED = "document_linked"
OPENED = "document_opened"
UNLINKED = "document_unlinked"


def tell_link(verb: str, changes: Mapping[str, Any]) -> Text | None:
    """The words of an event of a public link."""
    name = next((one for one in reversed(changes.get(KEY) or ()) if one), "")
    return {
        LINKED: _("made a public link to “%(name)s”", name=name),
        OPENED: _(
            "told that “%(name)s” was opened by its public link for the first time", name=name
        ),
        UNLINKED: _("revoked a public link to “%(name)s”", name=name),
    }.get(verb)


TELLS = Tells((LINKED, OPENED, UNLINKED), tell_link)
