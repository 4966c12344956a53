"""What a card tells of a request at a glance: the customer, what it is worth, what changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.automation.approvals.models import ApprovalRequest
from app.kernel.actor import Actor
from app.kernel.ids import parse_id
from app.records.access import permitted, readable_fields, readable_keys
from app.records.fields import Field
from app.records.pages.changes import Change, change_lines
from app.records.pages.choices import choices_of
from app.records.pages.shown import shown_text
from app.records.references import titles
from app.records.registry import registry
from app.records.types import RecordType

MONEY = ("money", "amount")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know before deciding; `url` is empty where it leads nowhere."""

    label: str
    text: str
    url: str = ""


def facts_of(
    record_type: RecordType, requests: Sequence[ApprovalRequest], by: Actor
) -> list[list[Fact]]:
    """The customer, what the record is and what it is worth, as far as the reader may see it.

    Three statements at most, however many requests there are.
    """
    customers = _customers(record_type, requests, by)
    own = _own(record_type, requests, by)
    return [[*customers.get(one.id, ()), *own.get(one.id, ())] for one in requests]


def _customers(
    record_type: RecordType, requests: Sequence[ApprovalRequest], by: Actor
) -> dict[UUID, list[Fact]]:
    """Whom each request concerns, where that is another record."""
    if record_type.account is None or record_type.account.key == "id":
        return {}
    its_type = registry().type(record_type.field(record_type.account.key).to or record_type.key)
    if not by.may(its_type.key, "read"):
        return {}
    called = titles(its_type.key, {one.account_id for one in requests if one.account_id}, by)
    return {
        one.id: [
            Fact(
                str(its_type.words.one),
                called[one.account_id],
                f"/{its_type.collection}/{one.account_id}",
            )
        ]
        for one in requests
        if one.account_id is not None and one.account_id in called
    }


def _own(
    record_type: RecordType, requests: Sequence[ApprovalRequest], by: Actor
) -> dict[UUID, list[Fact]]:
    """What each record is and is worth; what changes anyway is told from what to what."""
    telling = {one.key for one in record_type.highlights}
    known = readable_fields(record_type, by)
    fields = [one for one in known if one.kind in MONEY or one.key in telling]
    if not fields:
        return {}
    options = choices_of(record_type, by)
    stands = _standing(record_type, fields, requests, by)
    found: dict[UUID, list[Fact]] = {}
    for request in requests:
        now = stands.get(request.record_id, {}) if request.record_id else {}
        for one in fields:
            value = now.get(one.key)
            if value is not None and one.key not in request.changes:
                text = shown_text(one, value, by, options.get(one.key, ()))
                fact = Fact(str(one.label), text)
                found.setdefault(request.id, []).append(fact)
    return found


def _standing(
    record_type: RecordType, fields: Sequence[Field], requests: Sequence[ApprovalRequest], by: Actor
) -> dict[UUID, dict[str, Any]]:
    ids = {one.record_id for one in requests if one.record_id}
    if not ids or not by.may(record_type.key, "read"):
        return {}
    model = record_type.model
    rows = by.session.execute(
        select(model.id, *(one.fetched.label(one.key) for one in fields)).where(
            model.id.in_(ids), permitted(record_type, by)
        )
    )
    return {row[0]: dict(zip((one.key for one in fields), row[1:], strict=True)) for row in rows}


def lines_of(
    record_type: RecordType, changes: Sequence[Mapping[str, Any]], by: Actor
) -> tuple[list[list[Change]], list[int]]:
    """Changes in words as far as `by` may see the fields, and how many they may not."""
    keys = readable_keys(record_type, by)
    told = [
        {key: pair for key, pair in one.items() if key in keys and key in record_type.by_key}
        for one in changes
    ]
    hidden = [len(one) - len(seen) for one, seen in zip(changes, told, strict=True)]
    wanted: dict[str, set[UUID]] = {}
    for one in told:
        for key, pair in one.items():
            to = record_type.by_key[key].to
            if to:
                ids = {found for value in pair if value and (found := parse_id(str(value)))}
                wanted.setdefault(to, set()).update(ids)
    called: dict[UUID, str] = {}
    for to, ids in wanted.items():
        called |= titles(to, ids, by, with_deleted=True)
    picklists = choices_of(record_type, by) if any(told) else {}
    return [change_lines(record_type, one, by, picklists, called) for one in told], hidden
