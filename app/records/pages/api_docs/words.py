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
    "set_business_day": _("Set a day of one's own"),
    "count_business_time": _("Count business time"),
    "convert_amount": _("Convert an amount"),
    "order_favourites": _("Put in order"),
    "read_notices": _("Mark as read"),
    "run": _("Read the numbers"),
    "run_definition": _("Read the numbers of a report that is not kept"),
    "plan_report_mailing": _("Have it mailed"),
    "end_report_mailing": _("Mail it to nobody any more"),
    "stop_report_reading": _("Have it mailed to oneself no more"),
    "resume": _("Go on"),
    "resume_report_reading": _("Have it mailed to oneself again"),
    "arrange": _("Arrange"),
    "reset": _("Give up the own arrangement"),
    "snooze": _("Be reminded again later"),
    "make_document": _("Make a document"),
    "make_document_link": _("Make a public link"),
    "revoke": _("Withdraw"),
    "render": _("Fill in for a record"),
    "send_message": _("Send an e-mail"),
    "approve": _("Approve"),
    "reject": _("Reject"),
    "recall": _("Take back the request"),
    "comment": _("Comment"),
    "set_authority": _("Set the limits"),
    "set_targets": _("Set targets"),
    "put_pipeline_first": _("Let new ones begin there"),
    "retire": _("Retire"),
    "offer": _("Offer again"),
}


def label_of(operation: str, summary: str) -> str:
    """A call in words; an action is called by its own label, which is its summary."""
    words = operation.split("_")
    names = ("_".join(words[:number]) for number in range(len(words), 0, -1))
    known = next((VERBS[name] for name in names if name in VERBS), None)
    return str(known) if known is not None else summary or operation
