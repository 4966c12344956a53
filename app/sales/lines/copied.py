"""A paper that is made of another one: for whom, on which terms, with the same lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from app.kernel.actor import Actor
from app.records.access import writable_keys
from app.records.custom.field import OwnField
from app.records.door import perform
from app.records.fields import Field
from app.records.model import Record
from app.records.references import existing
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.values import as_json
from app.sales.lines.fill import products_of
from app.sales.lines.kinds import kind_of
from app.sales.lines.model import Paper
from app.sales.lines.papers import standing_lines
from app.sales.lines.written import as_sent, with_facts

KEPT = ("name", "currency", "payment_days")
REFERRED = {
    "account_id": "account",
    "contact_id": "contact",
    "opportunity_id": "opportunity",
    "price_book_id": "price_book",
}


def copied(paper: Paper, by: Actor) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What `create` takes for a paper like this one, and its lines, prices and taxes as they stand.

    What was deleted meanwhile is left out, and a line whose product was keeps its words.
    """
    given: dict[str, Any] = {key: getattr(paper, key) for key in KEPT}
    for key, to in REFERRED.items():
        its = getattr(paper, key)
        given[key] = str(its) if its is not None and existing(to, [its], by) else None
    given["deposit"] = str(paper.deposit) if paper.deposit is not None else None
    standing = standing_lines(paper, by)
    products = products_of(standing, by)
    lines = [
        as_sent(one if one.product_id in products else with_facts(one, product_id=None))
        for one in standing
    ]
    return given, lines


def made_again(
    paper: Paper, given: Mapping[str, Any], lines: list[dict[str, Any]], by: Actor
) -> Paper:
    """A new paper of the same kind with what was copied, its tags and its own fields."""
    kind = tailored(kind_of(paper).key, by)
    return made_of(kind.key, {**own_values(kind, paper, by), **given}, lines, by)


def own_values(kind: RecordType, record: Record, by: Actor) -> dict[str, Any]:
    """The tags of a record and its own fields, as `create` takes them for another like it."""
    told = {one.key: _told(one, record, by) for one in kind.fields if _is_its_own(one)}
    return {key: value for key, value in told.items() if value is not None}


def made_of(key: str, given: Mapping[str, Any], lines: list[dict[str, Any]], by: Actor) -> Paper:
    """A new paper of the kind `key` with what was taken over of another one.

    That is not typed by `by`, so no field rule of their role stands against it, and what own fields
    ask for is left to `demand_ready`; but records of types that they may not read are not pointed
    to.
    """
    return cast("Paper", made_freely(key, given, by, lines=lines))


def made_freely(key: str, given: Mapping[str, Any], by: Actor, **inputs: Any) -> Record:
    """A new record with what was taken over of another one, whatever field rules `by` has."""
    kind = tailored(key, by)
    writes = [(kind.key, one.key) for one in kind.fields]
    free = replace(by, rights=by.rights.widened((), writes), takes_over=True)
    writable = writable_keys(kind, free)
    sent = {key: value for key, value in given.items() if key in writable}
    return perform(kind, "create", by=free, **sent, **inputs)


def _is_its_own(one: Field) -> bool:
    """True for tags and for own fields, but for those whose value no second record may have."""
    if isinstance(one, OwnField):
        return not one.is_unique and not one.readonly
    return one.key == "tags"


def _told(one: Field, record: Record, by: Actor) -> Any:
    value = one.value(record)
    if value in (None, "", ()):
        return None
    if one.kind == "reference" and one.to is not None and not existing(one.to, [value], by):
        return None
    return as_json(value)
