"""Customer classes kept as fields of the account, where the workspace switched that on.

They are fields of the workspace's own, so lists, reports, rules and files have them like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, or_, select

from app.crm.models import Account
from app.insight.models import InsightRun, InsightSnapshot
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.ids import new_id
from app.kernel.language import _, current
from app.kernel.localized import pick
from app.records.custom.models import CustomField
from app.records.custom.operations import bring_back_field, define_field
from app.records.custom.wish import Wish
from app.records.door import perform
from app.records.registry import registry
from tenants.scope import keep

VALUES = {"old": "regular"}  # Options are called by their labels.
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
        {"new": {"en": "New", "zh-CN": "新"}, "regular": {"en": "Regular", "zh-CN": "老"}},
    ),
)


def add_fields(by: Actor) -> None:
    """See that accounts have the fields; NotPermitted for who may not add fields.

    Refused where a field of the workspace's own has the key of one and is another.
    """
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
        if row is not None and not _holds_classes(one, row):
            message = _(
                "The field %(name)s has the key %(key)s already and holds something else, so the"
                " classes can't be kept there.",
                name=pick(dict(row.label), current()),
                key=one.key,
            )
            raise Refused(message, field="keeps_fields")
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

    Each change goes through the door and has its event; who has no purchase left has no class. An
    account that waits for approval, or that another rule holds back, stops no other. What was
    written stays written: begun anew, it goes on where it stood.
    """
    row, custom = InsightSnapshot, Account.custom
    used = [one for one in FIELDS if _is_there(one, by)]
    if not used:
        return 0
    differs = or_(
        *(
            custom[one.key].astext.is_distinct_from(
                case(VALUES, value=getattr(row, one.column), else_=getattr(row, one.column))
            )
            for one in used
        )
    )
    bought = and_(row.run_id == run.id, row.account_id == Account.id, row.frequency > 0)
    ids = by.session.scalars(
        select(Account.id)
        .outerjoin(row, bought)
        .where(Account.deleted_at.is_(None), differs)
        .order_by(Account.id)
    ).all()
    written, batch = 0, by.in_batch(new_id())
    for place in range(0, len(ids), CHUNK):
        some = ids[place : place + CHUNK]
        pairs = by.session.execute(
            select(Account, row)
            .outerjoin(row, bought)
            .where(Account.id.in_(some))
            .order_by(Account.id)
        ).all()
        for account, found in pairs:
            held = {one.key: getattr(found, one.column, None) for one in used}
            values: dict[str, Any] = {key: VALUES.get(str(one), one) for key, one in held.items()}
            with suppress(Answer), by.session.begin_nested():
                perform("account", "update", account, by=batch, **values)
                written += 1
        by.session.flush()  # The last of them as well, whoever keeps them.
        if in_steps:
            keep(by.session)
    return written


def _is_there(field: ClassField, by: Actor) -> bool:
    """True where accounts have the field, and nothing else under its key."""
    row = by.session.scalars(
        select(CustomField).where(
            CustomField.record_type == "account",
            CustomField.key == field.key,
            CustomField.retired_at.is_(None),
        )
    ).one_or_none()
    return row is not None and _holds_classes(field, row)


def _holds_classes(field: ClassField, row: CustomField) -> bool:
    """True of a choice that has the options of a field, beside others perhaps."""
    return row.kind == "choice" and {one.get("value") for one in row.options} >= set(field.options)
