"""What a sharing rule may look at, as a condition in SQL that is the same for every reader.

It stands in the access rule of lists, beside the reader's own records, and is asked of every row
that they pass: so it looks at the row alone. What depends on who asks (me, my team), on when (this
week) or on another record (`account_id.industry`) has no place in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_

from app.kernel.actor import Actor, service_actor
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.fields import Field
from app.records.filters import DEEPEST, OPERATORS, Filter, Node, leaves, name_of, read_list
from app.records.filters.below import BELOW
from app.records.filters.compare import DATES, compare
from app.records.filters.node import depth, joined
from app.records.filters.periods import days_called
from app.records.filters.written import LISTS
from app.records.types import RecordType
from app.records.values import Unfit

MOST = 10  # Conditions of one rule: every list of its readers asks all of them of each row.
OF_READERS = ("me", "my_team")


def shared_by(record_type: RecordType, filters: Sequence[Node], by: Actor) -> ColumnElement[bool]:
    """The rows of a type that some filters share; Refused where a rule can't be made of them.

    Days are those of the workspace's own clock, whoever reads.
    """
    found = list(leaves(filters))
    if not found:
        raise Refused(_("Choose at least one condition: a rule shares some records, never all."))
    if len(found) > MOST or any(depth(one) > DEEPEST for one in filters):
        raise Refused(_("A sharing rule has at most %(most)s conditions.", most=MOST))
    everyone = service_actor(by.session, by.tenant, by.now, via=by.via)
    return and_(*(joined(node, lambda one: _one(record_type, one, everyone)) for node in filters))


def _one(record_type: RecordType, one: Filter, by: Actor) -> ColumnElement[bool]:
    name = name_of(one)
    field = record_type.by_key.get(one.key)
    if "." in one.key or one.operator == BELOW:
        raise Refused(_("A sharing rule looks at the record alone, not at what it refers to."))
    if field is None or one.operator not in OPERATORS:
        raise Refused(_("This list can't be filtered by %(name)s.", name=name[:80]))
    if one.operator == "stale" or _depends(field, _parts(one), by):
        raise Refused(
            _("A sharing rule is the same for everyone and every day, so it can't ask for that.")
        )
    try:
        return compare(field, one, by)
    except Unfit as unfit:
        raise Refused(unfit.message) from None


def _depends(field: Field, parts: Iterable[str], by: Actor) -> bool:
    """True for values that mean something else for another reader or on another day."""
    if field.to == "user":
        return any(part in OF_READERS for part in parts)
    if field.kind not in DATES:
        return False
    return any(part.strip() == "now" or days_called(part.strip(), by) for part in parts)


def _parts(one: Filter) -> list[str]:
    return read_list(one.text) if one.operator in LISTS else [one.text]
