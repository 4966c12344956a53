"""What the page of a record of the pool tells its reader."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.model import Record
from app.records.pages.state import ListState
from app.records.pool.facts import CLAIM, RETURN
from app.records.pool.reading import ASKED, is_read_in_pool
from app.records.pool.views import Views
from app.records.types import RecordType


def pool_note(record_type: RecordType, record: Record, views: Views | None, by: Actor) -> str:
    """That a record waits in the pool, and how many more its reader may open today."""
    if record_type.pool is None or record.owner_id is not None:
        return ""
    told = []
    if is_read_in_pool(record_type, by):
        told.append(
            gettext(
                "This is in the pool: contact data and what others wrote are shown once it is "
                "claimed."
            )
        )
    elif by.may(record_type.key, CLAIM):
        told.append(gettext("This is in the pool: nobody owns it."))
    if views is not None:
        left = ngettext(
            "You may open %(n)s more today.", "You may open %(n)s more today.", views.left
        )
        told.append(left)
    return " ".join(told)


def may_claim_some(record_type: RecordType, by: Actor) -> bool:
    """True for who may claim what waits in the pool of a type."""
    is_open = by.user_id is not None and not by.tenant.is_read_only
    return record_type.pool is not None and is_open and by.may(record_type.key, CLAIM)


def told_before(
    record_type: RecordType, verb: str, meant: Sequence[ColumnElement[bool]], by: Actor
) -> list[str]:
    """What to know before the records that are meant go to the pool; of other verbs nothing."""
    if record_type.pool is None or verb != RETURN:
        return []
    return record_type.pool.warns(select(record_type.model.id).where(*meant), by)


def is_whole_pool(state: ListState) -> bool:
    """True for a list of all that waits in the pool, neither searched nor filtered further."""
    asked = state.asked
    return state.record_type.pool is not None and not asked.q and tuple(asked.filters) == (ASKED,)
