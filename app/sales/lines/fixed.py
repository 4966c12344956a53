"""What stays as it is on a paper: once it left us what was told, and with lines its currency."""

from __future__ import annotations

from sqlalchemy import inspect

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.sales.lines.keep import has_lines
from app.sales.lines.kinds import kind_of
from app.sales.lines.model import Paper


def refuse_fixed(paper: Paper) -> None:
    """Refused where a field changes that the customer was told."""
    state = inspect(paper).attrs
    status = state.status.history
    was = (status.deleted or [paper.status])[0]
    if was == "draft" and not status.has_changes():
        return
    changed = [key for key in kind_of(paper).fixed if is_changed(paper, key)]
    if changed:
        told = kind_of(paper).stays
        raise Refused(told, errors=dict.fromkeys(changed, told))


def refuse_other_currency(paper: Paper, by: Actor) -> None:
    """Refused where the currency changes under lines that have prices."""
    with by.session.no_autoflush:
        if is_changed(paper, "currency") and has_lines(paper, by):
            told = _("The prices of its lines are in another currency. Remove the lines first.")
            raise Refused(told, field="currency")


def is_changed(paper: Paper, key: str) -> bool:
    """True where a field of a paper that stands gets another value."""
    found: bool = getattr(inspect(paper).attrs, key).history.has_changes()
    return found
