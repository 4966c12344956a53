"""Customer classes kept as fields of the account, where the workspace switched that on.

They are fields of the workspace's own, so lists, reports, rules and files have them like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from app.crm.models import Account
from app.insight.models import InsightRun, InsightSnapshot
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.ids import new_id
from app.records.custom.models import CustomField
from app.records.custom.operations import bring_back_field, define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.registry import registry
from tenants.scope import keep

CHUNK = 200  # Accounts that are written before others may see them.


@dataclass(frozen=True, slots=True)
class ClassField:
    """One field: what it holds of a snapshot, and what its values are called."""

    key: str
    column: str
    label: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]


FIELDS = (
    ClassField(
        "x_customer_class",
        "customer_class",
        {"en": "Value class", "zh-CN": "价值类别"},
        {
            "gold": {"en": "Gold", "zh-CN": "黄金"},
            "potential": {"en": "Potential", "zh-CN": "潜在"},
            "general": {"en": "General", "zh-CN": "一般"},
        },
    ),
    ClassField(
        "x_customer_tenure",
        "tenure",
        {"en": "New or regular customer", "zh-CN": "新老客户"},
        {"new": {"en": "New", "zh-CN": "新"}, "old": {"en": "Regular", "zh-CN": "老"}},
    ),
)


def add_fields(by: Actor) -> None:
    """See that accounts have the fields; NotPermitted for who may not add fields."""
    account = registry().type("account")
    known = {
        one.key: one
        for one in by.session.scalars(
            select(CustomField).where(
                CustomField.record_type == "account",
                CustomField.key.in_([field.key for field in FIELDS]),
            )
        )
    }
    for one in FIELDS:
        row = known.get(one.key)
        if row is None:
            options = tuple(
                {"value": value, "label": dict(label)} for value, label in one.options.items()
            )
            wish = Wish(label=one.label, options=options, is_filterable=True)
            define_field(by, account, "choice", wish, key=one.key)
        elif row.retired_at is not None:
            bring_back_field(by, row)


def write_fields(run: InsightRun, by: Actor, *, in_steps: bool = True) -> int:
    """Write the classes of a run to the accounts where they differ; answers with how many.

    Each change goes through the door and has its event. An account that waits for approval, or that
    another rule holds back, stops no other.
    """
    row, custom = InsightSnapshot, Account.custom
    used = [one for one in FIELDS if _is_there(one, by)]
    if not used:
        return 0
    differs = or_(
        *(custom[one.key].astext.is_distinct_from(getattr(row, one.column)) for one in used)
    )
    ids = by.session.scalars(
        select(Account.id)
        .join(row, row.account_id == Account.id)
        .where(row.run_id == run.id, row.frequency > 0, Account.deleted_at.is_(None), differs)
        .order_by(Account.id)
    ).all()
    run_id, written, batch = run.id, 0, by.in_batch(new_id())
    for place in range(0, len(ids), CHUNK):
        some = ids[place : place + CHUNK]
        pairs = by.session.execute(
            select(Account, row)
            .join(row, row.account_id == Account.id)
            .where(row.run_id == run_id, Account.id.in_(some))
            .order_by(Account.id)
        ).all()
        for account, found in pairs:
            values: dict[str, Any] = {one.key: getattr(found, one.column) for one in used}
            with suppress(Answer), by.session.begin_nested():
                perform("account", "update", account, by=batch, **values)
                written += 1
        if in_steps:
            keep(by.session)
    return written


def _is_there(field: ClassField, by: Actor) -> bool:
    found = select(CustomField.id).where(
        CustomField.record_type == "account",
        CustomField.key == field.key,
        CustomField.retired_at.is_(None),
    )
    return by.session.scalar(found) is not None
