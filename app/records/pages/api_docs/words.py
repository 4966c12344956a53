"""What a call does, in the reader's language: by the longest known beginning of its name."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.language import Text, _

VERBS: Mapping[str, Text] = {
    "list": _("Read a list"),
    "list_all_duplicates": _("Read what may be there twice"),
    "list_duplicates": _("Read what may be the same as one"),
    "get": _("Read one"),
    "get_openapi": _("This documentation for programs (OpenAPI)"),
    "hand": _("Hand over what a colleague holds"),
    "create": _("Create"),
    "add": _("Add"),
    "update": _("Change"),
    "replace": _("Replace"),
    "delete": _("Delete"),
    "remove": _("Take away"),
    "erase": _("Erase for good"),
    "restore": _("Bring back"),
    "bulk": _("Many at once"),
    "export": _("Export"),
    "import": _("Import"),
    "download": _("Download"),
    "cancel": _("Cancel"),
    "merge": _("Merge"),
    "undo": _("Undo"),
    "deny": _("Say that they are no duplicates"),
    "undeny": _("Take back that they are no duplicates"),
    "follow": _("Follow"),
    "unfollow": _("Follow no longer"),
    "rotate": _("New secret"),
    "test": _("Send a test"),
    "try": _("What it would do now"),
    "replay": _("Send again"),
}


def label_of(operation: str, summary: str) -> str:
    """A call in words; an action is called by its own label, which is its summary."""
    words = operation.split("_")
    names = ("_".join(words[:number]) for number in range(len(words), 0, -1))
    known = next((VERBS[name] for name in names if name in VERBS), None)
    return str(known) if known is not None else summary or operation
