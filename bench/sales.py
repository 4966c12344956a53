"""Sales at the size of a busy firm: the board of 20,000 opportunities, pipeline, forecast."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import insert, select, text

from app.crm.models import Account
from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.kernel.searchkeys import sort_key
from app.sales.models import Opportunity
from app.sales.operations.stages import load_pipelines
from bench.asking import measure
from bench.figures import Figure, Limit
from bench.service import Service, sign_in
from bench.surroundings import OWNER, REP, Workspace

BOARD = Limit(floor=50, aim=35, rate_aim=50)
PIPELINE = Limit(floor=20, aim=10, rate_aim=220)
OPPORTUNITIES = 20_000  # On their way; as many again were won or lost.


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    with measured.acting() as by:
        _fill(by)
    with measured.acting() as by:
        by.session.execute(text("ANALYZE opportunities"))
    owner, rep = sign_in(web, OWNER), sign_in(web, REP)
    told = f"{OPPORTUNITIES:,} opportunities"
    return [
        measure(f"{name} of {told}", web, [who.write("GET", path)], limit=limit)
        for name, who, path, limit in (
            ("board", owner, "/opportunities/board", BOARD),
            ("board, as a sales representative,", rep, "/opportunities/board", BOARD),
            ("pipeline report", owner, "/reports/ready/pipeline-funnel", PIPELINE),
            ("forecast", owner, "/forecast", BOARD),
        )
    ]


def _fill(by: Actor) -> None:
    """OPPORTUNITIES in every stage of the first pipeline, and as many that were decided."""
    stages = load_pipelines(by.session).in_use[0].in_use
    accounts = by.session.scalars(select(Account.id).order_by(Account.id).limit(2_000)).all()
    people = by.session.scalars(select(User.id).order_by(User.id)).all()
    rows = []
    for number in range(2 * OPPORTUNITIES):
        stage = stages[number // 2 % len(stages)]
        outcome = "open" if number % 2 else ("won", "lost")[number // 2 % 2]
        begun = by.now - timedelta(hours=number % 8_003)
        owner = people[number % len(people)]
        name = f"Drills for site {number}"
        rows.append(
            {
                "id": new_id(),
                "owner_id": owner,
                "created_at": begun,
                "created_by_id": owner,
                "updated_at": begun,
                "updated_by_id": owner,
                "name": name,
                "name_sort": sort_key(name),
                "account_id": accounts[number % len(accounts)],
                "amount": Decimal(1_000 + number * 37 % 90_000),
                "currency": by.tenant.currency,
                "rate_on": begun.date(),
                "close_on": by.now.date() + timedelta(days=number % 120 - 20),
                "pipeline_id": stage.pipeline_id,
                "stage_id": stage.id,
                "stage_since": begun,
                "probability": stage.probability,
                "forecast_category": stage.forecast_category,
                "outcome": outcome,
                "closed_on": None if outcome == "open" else begun.date(),
                "custom": {},
            }
        )
    by.session.execute(insert(Opportunity), rows)
