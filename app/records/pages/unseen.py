"""Telling whoever writes that a colleague who is mentioned can't see the record."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode
from uuid import UUID

from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.access import fetch
from app.records.model import Record
from app.records.registry import registry
from app.records.sharing.operations import may_share
from app.records.types import RecordType
from app.web.toasts import toast

NAMED = 3  # Colleagues of whom a message each is shown.


def warn_unseen(record_type: RecordType, record: Record, by: Actor) -> None:
    """Say who was mentioned and will not learn of it, with the way to share what it is about."""
    unseen: Collection[UUID] = getattr(record, "unseen", ())
    if not unseen:
        return
    shared = _shared(record_type, record, by)
    for user_id, name in list(names_of(by, unseen).items())[:NAMED]:
        text = _("%(name)s can't see this and was not told.", name=name)
        if shared is None:
            toast(text, kind="warn")
        else:
            url = f"{shared}/followers?{urlencode({'user_id': user_id})}"
            toast(text, kind="warn", open_url=url, open_label=_("Share…"))


def _shared(record_type: RecordType, record: Record, by: Actor) -> str | None:
    """The address of what `by` may share so that the record is seen: what it is about, or it."""
    for kind, record_id in (*record_type.told_on(record), (record_type.key, record.id)):
        place = registry().type(kind)
        try:
            found = fetch(place, record_id, by)
        except Missing:
            continue
        if may_share(place, found, by):
            return f"/{place.collection}/{record_id}"
    return None
