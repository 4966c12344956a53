"""The opportunity that a lead becomes, beside its account and its contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.door import perform
from app.records.tailored import tailored
from app.sales.models import Lead
from app.sales.operations.joining import NEW, taken, writable_of
from app.sales.operations.opportunities import reasons

NONE = "none"


def sale_of(lead: Lead, by: Actor, wanted: object, asked: Mapping[str, object]) -> Any:
    """The opportunity of a converted lead where one is `wanted` (NEW), else None.

    Refused for anything else that is wanted, and for what is asked of one that is not.
    """
    said = {key: value for key, value in asked.items() if value not in (None, "")}
    if wanted in (None, "", NONE):
        if said:
            raise Refused(_("Ask for a new opportunity to say what it is."), field="opportunity")
        return None
    if wanted != NEW:
        told = _("This is not one of the values to choose from.")
        raise Refused(told, field="opportunity")
    record_type = tailored("opportunity", by)
    known = {
        "name": lead.company or lead.name,
        "owner_id": lead.owner_id or by.user_id,
        "account_id": lead.account_id,
        "contact_id": lead.contact_id,
        **_known(lead, by),
    }
    given = {**writable_of(record_type, known, by), **said}
    try:
        return perform(record_type, "create", by=by, **given)
    except (Refused, NotPermitted) as answer:
        errors = _placed(answer.errors) or {"opportunity": answer.message}
        raise type(answer)(answer.message, errors=errors) from None


def _known(lead: Lead, by: Actor) -> dict[str, Any]:
    """What the lead says of it already, so that nobody types it again."""
    found = taken(lead, {"need": "need", "source": "source"}, by)
    if found.get("source") not in {one.value for one in reasons("source", by)}:
        found.pop("source", None)
    return found


def _placed(errors: Mapping[str, Text | str]) -> dict[str, Text | str]:
    """What stands against it, beside the inputs of the conversion."""
    return {"opportunity_name" if key == "name" else key: text for key, text in errors.items()}
