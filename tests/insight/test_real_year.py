"""A real year of a shop: equal classes for equal values, a warning better than recency alone."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from app.crm.models import Account
from app.insight.models import InsightRun
from app.insight.operations.reckon import reckon
from app.insight.operations.runs import begin_run
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.sales.models import Order
from bench.insight import WARNED_ON, WHOLE_YEAR, auc, flagged_right, judged, precision
from tests.cast import Person, Workspace
from tests.insight.histories import all_of

install_record_types()
DAYS = Path(__file__).parent / "online_retail_days.csv.gz"
BUYERS = 4339  # Customers of the file with a purchase.


def take_in(by: Actor) -> dict[str, Any]:
    """Write a completed order for each day on which a customer bought, and a return likewise."""
    with gzip.open(DAYS, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = {one["customer"]: new_id() for one in rows}
    kept = {"created_at": by.now, "updated_at": by.now}
    by.session.execute(
        insert(Account), [{"id": one, "name": f"Buyer {key}", **kept} for key, one in ids.items()]
    )
    orders = list(_orders(rows, ids, by))
    by.session.execute(insert(Order), orders)
    return ids


def _orders(rows: list[dict[str, str]], ids: dict[str, Any], by: Actor) -> Iterator[dict[str, Any]]:
    for row in rows:
        at = datetime.combine(date.fromisoformat(row["day"]), time(12), ZoneInfo(by.tenant.zone))
        for column, kind in (("bought", "sale"), ("given_back", "return")):
            if row[column]:
                yield {
                    "id": new_id(),
                    "name": row["customer"],
                    "status": "completed",
                    "kind": kind,
                    "account_id": ids[row["customer"]],
                    "ordered_at": at,
                    "currency": by.tenant.currency,
                    "rate": Decimal(1),
                    "rate_on": at.date(),
                    "own_digits": 2,
                    "net": Decimal(row[column]),
                    "returns_id": None,
                    "created_at": by.now,
                    "updated_at": by.now,
                }


def made(by: Actor, as_of: date) -> InsightRun:
    """A run, in one transaction with as much time as a worker has."""
    by.session.execute(select(func.set_config("statement_timeout", "60000", True)))
    run_id = begin_run(by, as_of).id
    reckon(by, run_id, in_steps=False)
    by.session.expire_all()
    return by.session.get_one(InsightRun, run_id)


def test_of_a_real_year_equal_values_have_equal_classes_and_the_warning_is_right(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        take_in(by)
        warned = made(by, WARNED_ON).id
        rows = judged(by, warned, WARNED_ON)
        left, chances = [one[2] for one in rows], [one[0] for one in rows]
        silent = [float(one[1]) for one in rows]
        ours, theirs = auc(chances, left), auc(silent, left)
        print(f"AUC {ours:.3f}, recency alone {theirs:.3f}")  # noqa: T201  For who looks on.
        assert ours > theirs + 0.05
        assert ours > 0.68
        for number in (300, 400):
            mine, others = precision(chances, left, number), precision(silent, left, number)
            print(f"first {number}: {mine:.3f}, recency alone {others:.3f}")  # noqa: T201
            assert mine > others
        mine, others, flagged = flagged_right(rows)
        print(f"{flagged} on the list: {mine:.3f}, recency alone {others:.3f}")  # noqa: T201
        assert flagged > 300
        assert mine > others + 0.04
        run = made(by, WHOLE_YEAR)
        snapshots = [one for one in all_of(by, run) if one.frequency]
        assert run.customers == len(snapshots)
        assert run.customers == BUYERS
        for key, value in (("r", "recency_days"), ("f", "frequency"), ("m", "spent")):
            given: dict[Any, set[int]] = defaultdict(set)
            for one in snapshots:
                given[getattr(one, value)].add(getattr(one, key))
            assert all(len(classes) == 1 for classes in given.values()), key
