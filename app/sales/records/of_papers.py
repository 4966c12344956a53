"""What papers of a sale are declared alike: how lines change, and on which records it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import InstrumentedAttribute

from app.kernel.language import _
from app.records.types import Action


def lines_action(
    status: InstrumentedAttribute[str], run: Callable[..., Any], optional: Sequence[str]
) -> Action:
    """Changing the lines of a draft, and with them what may stand in the same form."""
    return Action(
        "set_lines",
        _("Change the lines"),
        event="lines_changed",
        told=_("changed the lines"),
        run=run,
        when=lambda paper: paper.status == "draft",
        reads=(status,),
        inputs=("lines",),
        optional=tuple(optional),
        is_offered=lambda _by: False,
        in_rows=False,
        icon="list",
        result=_("Lines changed"),
    )


def told_on_sale(paper: Any) -> list[tuple[str, UUID]]:
    """The records on whose timelines a paper is told: its sale, its customer, its person."""
    around = (
        ("opportunity", paper.opportunity_id),
        ("account", paper.account_id),
        ("contact", paper.contact_id),
    )
    return [(kind, record_id) for kind, record_id in around if record_id is not None]
