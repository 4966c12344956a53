"""How often a text template was used for documents, told before it is deleted."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from app.documents.papers.models import Document
from app.documents.texts.operations import Use
from app.kernel.actor import Actor
from app.kernel.language import ngettext


def documents_of(template_id: UUID, by: Actor) -> Use | None:
    """The documents that were made with a template; None where there are none."""
    number = select(func.count()).select_from(Document).where(Document.template_id == template_id)
    found = by.session.scalar(number) or 0
    if not found:
        return None
    return Use(ngettext("Used for %(n)s document", "Used for %(n)s documents", found), found)
