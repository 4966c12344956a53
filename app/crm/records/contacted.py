"""When a customer was spoken to last and is to be next, as a file from another program tells it."""

from __future__ import annotations

from app.kernel.language import _
from app.records.fields import Attribute
from app.records.imports.facts import Noted


def noted_as_follow_up(reference: str, last: Attribute, following: Attribute) -> Noted:
    """Moments of a record that become a follow-up, which refers to it by `reference`."""
    return Noted(
        type="activity",
        reference=reference,
        last=last,
        next=following,
        given={"kind": "follow_up"},
        done_at="done_at",
        next_at="next_at",
        due_at="due_at",
        words="body",
        text=_("Imported"),
        asks=_("Note it as a follow-up of each row"),
    )
