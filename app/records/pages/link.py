"""The address of a record or a list, to be passed on: as a text and as a QR code."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from app.identity.outside import workspace_url
from app.identity.routes.qr import qr_image
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.model import Record
from app.records.pages.state import ListState
from app.records.types import RecordType
from app.records.views.shelf import shelf

LONGEST_CODE = 600  # Bytes: with more of them a phone's camera no longer reads the code.


@dataclass(frozen=True, slots=True)
class PageLink:
    """An address with what is told of it; `code` is None where it is too long for one."""

    title: str
    url: str
    code: Markup | None
    note: Text


def record_link(record_type: RecordType, record: Record, by: Actor) -> PageLink:
    """The address of a record's page."""
    note = _("Whoever opens it signs in, and sees what they may see of this record.")
    path = f"/{record_type.collection}/{record.id}"
    return _link(record_type.title_of(record), path, note, by)


def list_link(state: ListState, by: Actor) -> PageLink:
    """The address of a list with its view, filters, order and look.

    A view that nobody else has is left out: its filters stand in the address themselves.
    """
    note = _("Whoever opens it signs in, and sees those of the records that they may see.")
    title = str(state.record_type.words.many)
    if state.opened is not None:
        title = f"{title} · {state.opened.name}"
        view = shelf(by).find(state.record_type.key, state.opened.id)
        if view is not None and not view.is_shared:
            state = replace(state, opened=None, has_default=False)
            note = _(
                "The view “%(name)s” is yours alone, so the link says by itself what it shows.",
                name=view.name,
            )
    return _link(title, state.url(), note, by)


def _link(title: str, path: str, note: Text, by: Actor) -> PageLink:
    url = workspace_url(by.tenant, path)
    code = qr_image(url) if len(url.encode()) <= LONGEST_CODE else None
    return PageLink(title, url, code, note)
