"""The public links of a document, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.documents.papers.links import DAYS, USUAL, links_of, may_share
from app.documents.papers.models import Document, DocumentLink
from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _, ngettext
from app.records.model import Record
from app.records.types import RecordType
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One public link: who made it when, until when it leads, how often it was opened."""

    id: UUID
    made: str
    until: str
    viewed: str
    state: Text
    tone: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Links:
    """All that the page of a document tells of its links."""

    url: str
    lines: list[LinkLine]
    may_share: bool
    days: list[tuple[int, str]]
    usual: int = USUAL
    alert: Text | str = ""


def links_shown(
    document: Document, record_type: RecordType, record: Record, by: Actor, alert: Text | str = ""
) -> Links:
    """The links of a document, and what can be done about them."""
    found = links_of(document, by)
    people = names_of(by, {one.created_by_id for one in found if one.created_by_id})
    days = [(one, ngettext("%(n)s day", "%(n)s days", one)) for one in DAYS]
    return Links(
        f"/documents/{document.id}/links",
        [_line(one, people, by) for one in found],
        may_share(record_type, record, by),
        days,
        alert=alert,
    )


def _line(one: DocumentLink, people: dict[UUID, str], by: Actor) -> LinkLine:
    write = formats(by)
    is_open = one.is_open(by.now)
    state, tone = (_("Works"), "good") if is_open else (_("Expired"), "")
    if one.revoked_at is not None:
        state, tone = _("Link revoked"), "warn"
    who = people.get(one.created_by_id, "") if one.created_by_id else ""
    made = " · ".join(part for part in (write.relative(one.created_at, by.now), who) if part)
    return LinkLine(
        one.id, made, write.exact(one.expires_at), _viewed(one, by), state, tone, is_open
    )


def _viewed(one: DocumentLink, by: Actor) -> str:
    if not one.counts:
        return str(_("Openings are not counted"))
    if one.last_viewed_at is None:
        return str(_("Not opened yet"))
    number = ngettext("Opened %(n)s time", "Opened %(n)s times", one.views)
    return f"{number} · {formats(by).moment(one.last_viewed_at, by.today())}"
