"""The conditions of a paper that are changed together with its lines."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _
from app.records.access import may_do, writable_keys
from app.records.alter import differing
from app.records.build import only_writable
from app.records.inputs import read_values
from app.records.picklists import picklists_of
from app.records.tailored import tailored
from app.sales.lines.kinds import kind_of
from app.sales.lines.model import Paper

MOST_DAYS = 730
Errors = dict[str, Text | str]


def read_head(paper: Paper, head: Mapping[str, Any], by: Actor) -> tuple[dict[str, Any], Errors]:
    """The conditions that were sent and differ from the paper's, and what stands against them.

    NotPermitted for whoever may not change them on this paper.
    """
    kind = tailored(kind_of(paper).key, by)
    try:
        values = read_values(kind, head, by, picklists_of(by.session, kind), paper)
    except Refused as refused:
        return {}, dict(refused.errors)
    changed = dict(differing(kind, paper, values))
    if changed:
        only_writable(kind, changed, writable_keys(kind, by))
        if not may_do(kind, paper, "update", by):
            raise NotPermitted(_("Your role does not allow this on this record."))
    return changed, against_head(changed.get("payment_days"), changed.get("deposit"))


def against_head(payment_days: int | None, deposit: Decimal | None) -> Errors:
    """What stands against a payment term in days and a deposit in percent, by field."""
    errors: Errors = {}
    if not 0 <= (payment_days or 0) <= MOST_DAYS:
        errors["payment_days"] = _("This must be a number from 0 to %(most)s.", most=MOST_DAYS)
    if not 0 <= (deposit or 0) <= 100:
        errors["deposit"] = _("Enter a rate from 0 to 100 percent.")
    return errors
