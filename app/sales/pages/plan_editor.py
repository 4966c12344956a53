"""The editor of a payment plan: its rows as they are typed, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.records.access import writable_keys
from app.records.fields import Option
from app.records.registry import registry
from app.sales.models import Contract, Instalment
from app.sales.operations.amounts import filled_in
from app.sales.operations.contract_renewal import months_after
from app.sales.pages.editor import plain
from app.sales.plan.kept import Planned, instalments_of
from app.sales.plan.split import equal_shares
from app.sales.plan.written import DATE, DELIVERY, DUE_BY, MOST, SIGNATURE, WARRANTY, is_empty
from app.web.formats import formats

CELLS = ("id", "name", "amount", "due_by", "due_on", "days", "milestone")
PRESETS: Mapping[str, tuple[Decimal, ...]] = {
    "30-60-10": (Decimal(30), Decimal(60), Decimal(10)),
    "50-50": (Decimal(50), Decimal(50)),
}
AFTER = (SIGNATURE, DELIVERY, WARRANTY)
EQUAL = (2, 3, 4, 6, 12)
TERMS = "terms"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the texts of its cells, what it comes to, what stands against it."""

    cells: Mapping[str, str]
    amount: str = ""
    errors: Mapping[str, Text | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preset:
    """A plan that one press begins with."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class PlanEditor:
    """All that `sales/instalments.html` shows."""

    url: str
    back: str
    title: str
    currency: str
    version: int
    rows: tuple[Row, ...]
    head: Mapping[str, str]
    total: str
    left: str
    is_whole: bool
    due_by: tuple[Option, ...]
    presets: tuple[Preset, ...]
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alert: Text | str = ""


def sent_rows(sent: MultiDict[str, str]) -> list[dict[str, str]]:
    """The rows that a form sent: one list of values for each column, in the order of the rows."""
    columns = {key: sent.getlist(f"line.{key}") for key in CELLS}
    count = min(max((len(one) for one in columns.values()), default=0), MOST + 1)
    return [
        {key: values[at] if at < len(values) else "" for key, values in columns.items()}
        for at in range(count)
    ]


def standing_rows(contract: Contract, by: Actor) -> list[dict[str, str]]:
    """The rows as the contract has them."""
    return [_cells(one, contract.currency) for one in instalments_of(contract.id, by)]


def preset_rows(contract: Contract, wanted: str, by: Actor) -> list[dict[str, str]]:
    """The rows of a preset: shares after milestones, equal parts month by month, or the terms.

    Empty for a preset that there is not.
    """
    if wanted in PRESETS:
        shares = PRESETS[wanted]
        after = AFTER if len(shares) > 2 else (SIGNATURE, DELIVERY)
        days = contract.payment_days or 0
        return [
            _row(place, share, due_by, days=0 if due_by == SIGNATURE else days)
            for place, (share, due_by) in enumerate(zip(shares, after, strict=True), start=1)
        ]
    if wanted == TERMS:
        return [_row(1, Decimal(100), SIGNATURE, days=contract.payment_days or 0)]
    count = next((one for one in EQUAL if wanted == f"equal-{one}"), 0)
    if not count:
        return []
    first = contract.starts_on or by.today()
    each = equal_shares(count)
    return [
        _row(place, share, DATE, due_on=months_after(first, place - 1))
        for place, share in enumerate(each, start=1)
    ]


def plan_editor(
    contract: Contract,
    rows: Sequence[Mapping[str, str]],
    found: Planned,
    by: Actor,
    *,
    head: Mapping[str, str] | None = None,
    errors: Mapping[str, Text | str] | None = None,
    alert: Text | str = "",
) -> PlanEditor:
    """The editor with these rows, as they stand or as they were typed when that was refused."""
    known = dict(errors or {})
    amounts = iter(_amounts(contract, found, by))
    shown = tuple(
        Row(one, "" if is_empty(one) else next(amounts, ""), _of_row(known, place))
        for place, one in enumerate(rows)
    )
    total, left, is_whole = sums(contract, found, by)
    url = f"/contracts/{contract.id}/instalments"
    return PlanEditor(
        url,
        f"/contracts/{contract.id}",
        contract.name,
        contract.currency,
        contract.version,
        shown,
        _head(contract, head, by),
        total,
        left,
        is_whole,
        DUE_BY,
        _presets(url),
        {key: text for key, text in known.items() if not key.startswith("instalments.")},
        alert or (_("Please check the marked fields.") if known else ""),
    )


def sums(contract: Contract, found: Planned, by: Actor) -> tuple[str, str, bool]:
    """What the rows come to, what of the contract is left over, and whether that is nothing."""
    write, total = formats(by), sum(found.parted.amounts, Decimal(0))
    left = (contract.amount or Decimal(0)) - total
    return (
        write.money(total, contract.currency),
        write.money(left, contract.currency),
        left == 0,
    )


def answer(
    contract: Contract, rows: Sequence[Mapping[str, str]], found: Planned, by: Actor
) -> dict[str, Any]:
    """What the script of the editor is told: what each row comes to, and what is wrong with it."""
    amounts = iter(_amounts(contract, found, by))
    told = []
    for place, row in enumerate(rows):
        amount = "" if is_empty(row) else next(amounts, "")
        errors = {key: str(text) for key, text in _of_row(found.errors, place).items()}
        told.append({"net": amount, "cells": {}, "errors": errors})
    return {"rows": told}


def _amounts(contract: Contract, found: Planned, by: Actor) -> list[str]:
    write = formats(by)
    return [write.money(one, contract.currency) for one in found.parted.amounts]


def _head(contract: Contract, head: Mapping[str, str] | None, by: Actor) -> dict[str, str]:
    """What is edited beside the rows: what a draft comes to, for whoever may change that."""
    if not contract.is_draft or "amount" not in writable_keys(registry().type("contract"), by):
        return {}
    standing = "" if contract.amount is None else filled_in(contract.amount, contract.currency)
    return {"amount": standing} | dict(head or {})


def _cells(one: Instalment, currency: str) -> dict[str, str]:
    return {
        "id": str(one.id),
        "name": one.name,
        "amount": f"{plain(one.share)} %"
        if one.share is not None
        else filled_in(one.amount, currency),
        "due_by": one.due_by,
        "due_on": one.due_on.isoformat() if one.due_by == DATE and one.due_on else "",
        "days": str(one.days) if one.due_by != DATE and one.days else "",
        "milestone": one.milestone or "",
    }


def _row(
    place: int, share: Decimal, due_by: str, *, days: int = 0, due_on: date | None = None
) -> dict[str, str]:
    return {
        "id": "",
        "name": gettext("Instalment %(n)s", n=place),
        "amount": f"{plain(share)} %",
        "due_by": due_by,
        "due_on": due_on.isoformat() if due_on is not None else "",
        "days": str(days) if days else "",
        "milestone": "",
    }


def _presets(url: str) -> tuple[Preset, ...]:
    found = [Preset(f"{url}?preset={key}", key.replace("-", "/")) for key in PRESETS]
    found += [
        Preset(f"{url}?preset=equal-{count}", gettext("%(n)s equal parts", n=count))
        for count in EQUAL
    ]
    return (*found, Preset(f"{url}?preset={TERMS}", gettext("By the payment term")))


def _of_row(errors: Mapping[str, Text | str], place: int) -> dict[str, Text | str]:
    begin = f"instalments.{place}"
    found = {
        key.removeprefix(f"{begin}."): text
        for key, text in errors.items()
        if key.startswith(f"{begin}.")
    }
    if begin in errors:
        found["name"] = errors[begin]
    if "share" in found:
        found.setdefault("amount", found.pop("share"))
    if "id" in found:
        found.setdefault("name", found.pop("id"))
    return found
