"""Rows that concern nobody else come in two pieces at once, and stand as if one had followed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event as Signal
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.crm.models import Contact
from app.events import Event
from app.jobs import lanes
from app.jobs.worker import Worker
from app.kernel import clock as kernel_clock
from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.duplicates.models import SharedKey
from app.records.imports import beside
from app.records.imports.taking import hold
from app.records.many import settle_new
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.records.imports.conftest import counts, living, run_of, sheet, take_in, why
from tests.records.imports.test_background import COLUMNS, names, people

pytestmark = pytest.mark.usefixtures("in_pieces", "two_at_once")


@pytest.fixture
def two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every import is long enough for two lanes."""
    monkeypatch.setattr("app.records.imports.run.WORTH", 1)
    monkeypatch.setattr("app.records.imports.run.OF_ONE_JOB", 10)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The last rows of the pieces that lanes took in and kept."""
    kept: list[int] = []
    take = beside._take

    def told(run_id: Any, piece: Any, *rest: Any) -> bool:
        stands = take(run_id, piece, *rest)
        if stands:
            kept.append(piece.line)
        return stands

    monkeypatch.setattr(beside, "_take", told)
    return kept


def test_all_rows_stand_in_their_order_with_their_counts_and_reasons(
    acme: Workspace, alice: Person, worker: Worker, taken: list[int]
) -> None:
    made = take_in(alice, "contact", people(15, 5, 11), COLUMNS)
    assert worker.drain(1) == 1
    assert run_of(acme, made.id).line == 11, "a job does ten rows"
    worker.drain()
    found = run_of(acme, made.id)
    assert (found.state, found.line, found.total) == ("done", 16, 15)
    assert counts(found) == {"created": 13, "failed": 2}
    assert sorted(why(alice, found)) == [6, 12]
    good = [one for one in names(15) if one not in ("P005", "P011")]
    assert living(acme, Contact, Contact.last_name) == good
    assert taken == [3, 5, 7, 9, 11, 13, 15, 16]


def test_two_pieces_really_are_under_way_at_once(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = {2: Signal(), 4: Signal()}
    begin = beside.begin_rows

    def both(plan: Any, rows: Any, by: Any) -> Any:
        first = rows[0][0]
        if first in begun:
            begun[first].set()
            assert begun[6 - first].wait(30), "the other piece does not begin"
        return begin(plan, rows, by)

    monkeypatch.setattr(beside, "begin_rows", both)
    made = take_in(alice, "contact", people(4), COLUMNS)
    worker.drain()
    assert counts(run_of(acme, made.id)) == {"created": 4}


def test_what_pieces_at_once_share_is_noted(
    acme: Workspace, alice: Person, worker: Worker, taken: list[int]
) -> None:
    rows = [[f"P{one:03}", "reception@example.com"] for one in range(1, 9)]
    made = take_in(alice, "contact", sheet(["Last", "Mail"], *rows), COLUMNS)
    worker.drain()
    assert counts(run_of(acme, made.id)) == {"created": 8}
    assert taken[-1] == 9
    with acme.scope() as session:
        assert session.scalar(select(func.count()).select_from(SharedKey)) == 1


@pytest.mark.parametrize(
    "columns",
    [
        {"Last": "last_name", "Mail": {"field": "tags"}},
        {"Last": "last_name", "Mail": {"field": "account_id", "create_missing": True}},
    ],
)
def test_rows_that_make_something_along_come_one_piece_after_the_other(
    alice: Person, worker: Worker, taken: list[int], columns: dict[str, Any], acme: Workspace
) -> None:
    made = take_in(alice, "contact", people(6), columns)
    worker.drain()
    assert counts(run_of(acme, made.id)) == {"created": 6}
    assert taken == []


@pytest.mark.parametrize("whole", [{"duplicates": "skip"}, {"mode": "both", "match_on": "email"}])
def test_rows_that_may_be_there_already_come_one_piece_after_the_other(
    acme: Workspace, alice: Person, worker: Worker, taken: list[int], whole: dict[str, Any]
) -> None:
    rows = [[f"P{one % 3:03}", f"p{one % 3}@example.com"] for one in range(9)]
    made = take_in(alice, "contact", sheet(["Last", "Mail"], *rows), COLUMNS, **whole)
    worker.drain()
    assert run_of(acme, made.id).created == 3
    assert taken == []


def test_cancelled_it_keeps_what_stands_and_no_later_piece(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled(run_id: Any, by: Any) -> Any:
        found = hold(run_id, by)
        if found is not None and found.line == 5:
            by.session.rollback()  # Whoever cancels it waits for a piece.
            with ThreadPoolExecutor(1) as another:
                another.submit(client.post, f"/work/{made.id}/cancel").result()
            found = hold(run_id, by)
        return found

    monkeypatch.setattr(beside, "hold", cancelled)
    client = alice.client
    made = take_in(alice, "contact", people(12), COLUMNS)
    worker.drain()
    found = run_of(acme, made.id)
    assert (found.state, found.created) == ("cancelled", 4)
    assert living(acme, Contact, Contact.last_name) == names(4)


def test_what_stands_against_one_row_leaves_out_that_row_alone(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held_against(kind: Any, sent: Any, by: Any) -> None:
        if any(one.last_name == "P006" for one in sent.records):
            raise Refused(_("Enough."), field="owner_id")
        settle_new(kind, sent, by)

    monkeypatch.setattr("app.records.imports.chunk.settle_new", held_against)
    made = take_in(alice, "contact", people(9), COLUMNS)
    worker.drain()
    found = run_of(acme, made.id)
    assert (found.state, counts(found)) == ("done", {"created": 8, "failed": 1})
    assert list(why(alice, found)) == [7]
    assert living(acme, Contact, Contact.last_name) == [one for one in names(9) if one != "P006"]


def test_pieces_that_would_wait_for_each_other_come_one_after_the_other(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_held = Signal()
    begin = beside.begin_rows

    def wait(plan: Any, rows: Any, by: Any) -> Any:
        if rows[0][0] == 2:
            assert is_held.wait(30)
        by.session.execute(select(func.pg_advisory_xact_lock(4711)))
        is_held.set()
        return begin(plan, rows, by)

    monkeypatch.setattr(beside, "begin_rows", wait)
    monkeypatch.setattr(lanes, "PATIENCE", text("SET LOCAL lock_timeout = '50ms'"))
    made = take_in(alice, "contact", people(4), COLUMNS)
    worker.drain()
    found = run_of(acme, made.id)
    assert (found.state, counts(found)) == ("done", {"created": 4})


KILLED = """
    import json, os, signal, sys
    from datetime import datetime
    from flask import Flask
    from app.kernel import clock
    from app.jobs.registry import Registry, connect
    from app.jobs.worker import Worker
    from app.modules import JOBS, install_record_types
    from app.records.imports import beside, pieces, run
    from config.settings import Settings
    from tenants.database import connect_app

    told = json.loads(sys.argv[1])
    clock.now = lambda: datetime.fromisoformat(told["now"])
    settings = Settings(**told["settings"])
    pieces.ROWS, run.OF_ONE_JOB, run.WORTH = 2, 100, 1
    install_record_types()
    app = Flask("killed")
    app.extensions["settings"] = settings
    connect_app(app, settings)
    connect(app, Registry(JOBS))
    do = getattr(beside, told["where"])
    calls = []

    def deadly(*args, **options):
        found = do(*args, **options)
        calls.append(1)
        if len(calls) == told["nth"]:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(beside, told["where"], deadly)
    Worker(app, settings, None, threads=1, grace=5, name=told["name"]).drain()
"""


def test_workers_that_are_killed_lose_nothing_and_do_nothing_twice(
    acme: Workspace, alice: Person, worker: Worker, settings: Settings, clock: Clock
) -> None:
    made = take_in(alice, "contact", people(15, 1, 4, 6, 14), COLUMNS)
    # The rows of two pieces are written; one is counted; one is kept and the other waits for it.
    for number, (where, nth) in enumerate((("begin_rows", 2), ("count", 2), ("advance_to", 2))):
        told = {
            "settings": settings.model_dump(mode="json"),
            "where": where,
            "nth": nth,
            "name": f"killed {number}",
            "now": kernel_clock.now().isoformat(),
        }
        ended = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(KILLED), json.dumps(told)],
            check=False,
            capture_output=True,
            timeout=120,
        )
        assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
        clock.shift(timedelta(minutes=5))  # Its lease runs out, as nobody renews it.
        successor = replace(worker, name=f"successor {number}")
        with successor.app.app_context():
            successor.upkeep()
        clock.shift(timedelta(minutes=5))
    assert 0 < run_of(acme, made.id).done < 15
    worker.drain()
    found = run_of(acme, made.id)
    assert (found.state, counts(found)) == ("done", {"created": 11, "failed": 4})
    good = [one for one in names(15) if one not in ("P001", "P004", "P006", "P014")]
    assert living(acme, Contact, Contact.last_name) == good
    assert sorted(why(alice, found)) == [2, 5, 7, 15]
    with acme.scope() as session:
        events = select(func.count()).where(Event.batch_id == found.id)
        assert session.scalar(events) == 11
