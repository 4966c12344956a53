"""Long imports: progress, cancelling, killed workers, bad rows, the notice at the end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from app.crm.models import Contact
from app.events import Event
from app.identity.models import Notice, User
from app.jobs.progress import Work
from app.jobs.worker import Worker
from app.kernel import clock as kernel_clock
from app.kernel.actor import Actor
from app.kernel.language import using
from app.records.imports import beside_lines
from app.records.imports.begin import begin_import
from app.records.imports.failed import failures_csv, keep_failures
from app.records.imports.given import room_of
from app.records.imports.jobs import import_given_up
from app.records.imports.models import ImportRun
from app.records.imports.outcome import Failure
from app.records.imports.run import go_on
from config.settings import Settings
from tenants import standing_now
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.records.imports.conftest import (
    allow,
    counts,
    give,
    living,
    mapped,
    run_of,
    sheet,
    stand,
    take_in,
    why,
)

pytestmark = pytest.mark.usefixtures("in_pieces")
COLUMNS = {"Last": "last_name", "Mail": "email"}


def people(number: int, *bad: int) -> bytes:
    """People of whom those with the numbers `bad` have no address."""
    rows = [
        [f"P{one:03}", "nonsense" if one in bad else f"p{one}@example.com"]
        for one in range(1, number + 1)
    ]
    return sheet(["Last", "Mail"], *rows)


def names(number: int) -> list[str]:
    return [f"P{one:03}" for one in range(1, number + 1)]


def notices_of(workspace: Workspace) -> list[str]:
    with workspace.scope() as session:
        return list(session.scalars(select(Notice.text).order_by(Notice.at, Notice.id)))


def test_an_import_stops_at_its_next_piece_where_the_workspace_becomes_read_only_and_goes_on_later(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    owner: Engine,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(standing_now, "SECONDS", 0)
    made = take_in(alice, "contact", people(9), COLUMNS)
    before = acme.facts.state.value
    try:
        with acme.acting(alice) as by:
            go_on(made.id, by, told_of=lambda _run: stand(owner, "past_due"))
        found = run_of(acme, made.id)
        assert (found.state, found.done) == ("waiting", 2)
        page = alice.client.get(f"/contacts/import/{made.id}").text
        assert "2 of 9 done · Waits until the workspace is no longer read-only" in page
        assert "waits, as the workspace is read-only" in notices_of(acme)[-1]
        worker.drain()
        assert run_of(acme, made.id).done == 2, "it rests"
    finally:
        stand(owner, before)
    clock.shift(timedelta(minutes=3))
    worker.drain()
    found = run_of(acme, made.id)
    assert (found.state, counts(found)) == ("done", {"created": 9})
    assert living(acme, Contact, Contact.last_name) == names(9)


def test_many_rows_come_in_by_jobs_with_progress_and_a_notice(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    made = take_in(alice, "contact", people(9, 5), COLUMNS)
    assert living(acme, Contact, Contact.last_name) == []
    assert "Waiting for its turn" in alice.client.get(f"/work/{made.id}").text
    assert worker.drain(1) == 1, "a job does four rows, and enqueues the next"
    assert "4 of 9 done" in alice.client.get(f"/work/{made.id}").text
    assert worker.drain() == 2
    found = run_of(acme, made.id)
    assert (found.state, found.line, found.total) == ("done", 10, 9)
    assert counts(found) == {"created": 8, "failed": 1}
    assert why(alice, found) == {6: {"Mail": "Enter an e-mail address like name@example.com."}}
    assert living(acme, Contact, Contact.last_name) == [one for one in names(9) if one != "P005"]
    assert notices_of(acme) == ["Import of people.csv: 8 created, 1 failed."]


def test_the_reason_is_in_the_language_of_who_began_it(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with using("zh-CN"):
        made = take_in(alice, "contact", people(3, 2), COLUMNS)
    worker.drain()
    found = run_of(acme, made.id)
    assert why(alice, found) == {3: {"Mail": "请填写邮箱地址，例如 name@example.com。"}}
    assert notices_of(acme) == ["导入 people.csv：新建 2 条、失败 1 条。"]


def test_the_bell_speaks_to_its_reader_whatever_a_program_asked_in(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    with using("zh-CN"), acme.acting(alice) as person:
        by = replace(person, via="api")
        run = give(by, "contact", people(3))
        begin_import(run, mapped(COLUMNS), by)
    worker.drain()
    assert notices_of(acme) == ["Import of people.csv: 3 created."]


def test_it_is_cancelled_between_pieces_and_what_was_done_stands(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    made = take_in(alice, "contact", people(9), COLUMNS)
    worker.drain(1)
    alice.client.post(f"/work/{made.id}/cancel")
    worker.drain()
    assert living(acme, Contact, Contact.last_name) == names(4)
    found = run_of(acme, made.id)
    assert (found.state, found.created) == ("cancelled", 4)


KILLED = """
    import json, os, signal, sys
    from datetime import datetime
    from flask import Flask
    from app.kernel import clock
    from app.jobs.registry import Registry, connect
    from app.jobs.worker import Worker
    from app.modules import JOBS, install_record_types
    from app.records.imports import chunk, pieces, run, taking
    from config.settings import Settings
    from tenants.database import connect_app

    told = json.loads(sys.argv[1])
    clock.now = lambda: datetime.fromisoformat(told["now"])
    settings = Settings(**told["settings"])
    pieces.ROWS, run.OF_ONE_JOB = 2, 4
    install_record_types()
    app = Flask("killed")
    app.extensions["settings"] = settings
    connect_app(app, settings)
    connect(app, Registry(JOBS))
    calls = []

    def deadly(do, at):
        def done(*args, **options):
            calls.append(at)
            if at == "before" and len(calls) == told["nth"]:
                os.kill(os.getpid(), signal.SIGKILL)
            found = do(*args, **options)
            if at == "after" and len(calls) == told["nth"]:
                os.kill(os.getpid(), signal.SIGKILL)
            return found
        return done

    if told["where"] == "inside":  # The rows are written, and nothing is committed.
        chunk.settle_new = deadly(chunk.settle_new, "after")
    elif told["where"] == "told":  # The file of failures tells what no commit knows of.
        taking.keep_failures = deadly(taking.keep_failures, "after")
    else:  # Between two pieces.
        run.do_piece = deadly(run.do_piece, "before")
    Worker(app, settings, None, threads=1, grace=5, name=told["name"]).drain()
"""


def test_workers_that_are_killed_lose_nothing_and_do_nothing_twice(
    acme: Workspace, alice: Person, worker: Worker, settings: Settings, clock: Clock
) -> None:
    made = take_in(alice, "contact", people(15, 1, 4, 6, 14), COLUMNS)
    for number, (where, nth) in enumerate((("between", 2), ("inside", 2), ("told", 1))):
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


def test_what_a_killed_worker_wrote_of_failures_is_cut_off(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    made = take_in(alice, "contact", people(5, 2, 3), COLUMNS)
    with acme.acting(alice) as by:
        path = room_of(by).path(made.failures)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("what nobody committed\n")
    worker.drain()
    assert sorted(why(alice, run_of(acme, made.id))) == [3, 4]


def test_failed_rows_are_a_file_that_can_be_mended_and_given_again(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    made = take_in(alice, "contact", people(4, 2), COLUMNS)
    worker.drain()
    with acme.acting(alice) as by:
        text = "".join(failures_csv(run_of_here(by, made), ["Last", "Mail"], by))
    assert text.splitlines() == [
        "\ufeffLast,Mail,Problem,Row in the file",
        "P002,nonsense,Mail: Enter an e-mail address like name@example.com.,3",
    ]


def run_of_here(by: Actor, made: ImportRun) -> ImportRun:
    return by.session.get_one(ImportRun, made.id)


def test_an_import_that_fails_again_and_again_is_given_up_and_tells_so(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    made = take_in(alice, "contact", people(5), COLUMNS)
    with acme.acting() as by:
        import_given_up.run(by, {"run_id": str(made.id), "step": made.step})
    found = run_of(acme, made.id)
    assert found.state == "failed"
    assert "given up" in (found.error or "")
    assert "given up" in notices_of(acme)[0]
    worker.drain()
    assert living(acme, Contact, Contact.id) == []


def test_who_may_not_sign_in_or_import_any_more_imports_nothing_more(
    acme: Workspace, alice: Person, bob: Person, worker: Worker
) -> None:
    allow(acme, "sales_rep", "import")
    made = take_in(bob, "contact", people(9), COLUMNS)
    worker.drain(1)
    allow(acme, "sales_rep", "import", reach=None)
    worker.drain()
    found = run_of(acme, made.id)
    assert (found.state, found.created) == ("failed", 4)
    allow(acme, "sales_rep", "import")
    other = take_in(bob, "contact", people(9), COLUMNS)
    with acme.scope() as session:
        session.get_one(User, bob.user_id).is_active = False
    worker.drain()
    assert "may not sign in" in (run_of(acme, other.id).error or "")


def test_a_file_that_turns_out_to_be_cut_ends_the_import_and_what_was_done_stands(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    made = take_in(alice, "contact", people(7), COLUMNS)
    with acme.acting(alice) as by:
        run_of_here(by, made).total = 8  # Nobody has read it to its end before.
        with room_of(by).path(made.file).open("ab") as file:
            file.write(b'"P008,never closed')
    worker.drain()
    found = run_of(acme, made.id)
    assert found.state == "failed"
    assert "never closed" in (found.error or "")
    assert living(acme, Contact, Contact.last_name) == names(found.created)


def test_a_full_disk_is_told_and_the_rows_of_that_piece_are_not_there(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = take_in(alice, "contact", people(6, 4), COLUMNS)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(beside_lines.os, "fsync", full)
    worker.drain()
    found = run_of(acme, made.id)
    assert found.state == "failed"
    assert "space" in (found.error or "")
    assert living(acme, Contact, Contact.last_name) == ["P001", "P002"]


def test_a_long_trial_leaves_nothing_and_tells_its_counts(
    acme: Workspace, alice: Person, worker: Worker
) -> None:
    made = take_in(alice, "contact", people(9, 3), COLUMNS, is_dry_run=True)
    worker.drain()
    found = run_of(acme, made.id)
    assert (found.state, counts(found)) == ("done", {"created": 8, "failed": 1})
    assert living(acme, Contact, Contact.id) == []
    with acme.scope() as session:
        assert session.scalar(select(func.count()).where(Event.batch_id == made.id)) == 0
        assert session.get_one(Work, made.id).state == "done"


def test_failures_lie_behind_each_other(acme: Workspace, alice: Person) -> None:
    made = take_in(alice, "contact", people(3, 1), COLUMNS)
    with acme.acting(alice) as by:
        held = run_of_here(by, made)
        keep_failures(held, [Failure(8, ["a"], {"": "x"}), Failure(9, ["b"], {"": "y"})], by)
        keep_failures(held, [Failure(12, ["线"], {"Last": "原因"})], by)
    assert list(why(alice, run_of(acme, made.id))) == [8, 9, 12]
