"""What stands below a list: the menu of its rows and the bar for many of them, kept."""

from __future__ import annotations

from markupsafe import Markup

from app.kernel.language import current
from app.kernel.remembered import Remembered
from app.records.bulk.verbs import BulkVerb
from app.records.pages.columns import Layout
from app.records.pages.row_menu import row_menu
from app.records.pages.state import ListState
from app.web.drawing import HERE, TOKEN, put_in, render_part
from app.web.forgery import token

_kept: Remembered[Markup] = Remembered(512)


def list_tail(
    state: ListState,
    shape: Layout,
    verbs: tuple[BulkVerb, ...],
    *,
    may_export: bool,
    may_star: bool,
) -> Markup:
    """The end of a list's page for its reader, whose `verbs` for many rows these are."""
    record_type = state.record_type
    names = tuple(one.name for one in verbs)
    rows = (shape.below, shape.update, shape.delete, shape.ticks, shape.is_pool)
    values = {
        "menu": row_menu(record_type, shape, may_star=may_star),
        "path": state.path,
        "ticks": shape.ticks,
        "verbs": verbs,
        "may_export": may_export,
        "here": HERE,
        "csrf_token": lambda: TOKEN,
    }
    kept = _kept.get(
        (record_type, names, may_export, may_star, rows, current()),
        lambda: render_part("records/_list_tail.html", values),
    )
    return put_in(kept, token, state.url())
