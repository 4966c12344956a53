"""`zuke jobs` and `zuke worker` as somebody types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.cli.jobs import BACKFILLS
from app.jobs.enqueue import enqueue
from app.kernel import clock
from app.kernel.ids import new_id
from app.modules import JOBS
from config.settings import Settings
from tests.cast import Workspace
from tests.jobs.conftest import Queue

Zuke = Callable[..., subprocess.CompletedProcess[str]]
BASE = [sys.executable, "-m", "app.cli"]


@pytest.fixture
def surroundings(settings: Settings) -> dict[str, str]:
    """The environment of a command that is to meet the test's database."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "ZUKE_ENV": "test",
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "BASE_URL": settings.base_url,
    }


@pytest.fixture
def zuke(surroundings: dict[str, str]) -> Zuke:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*BASE, *words],
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def add(workspace: Workspace) -> None:
    with workspace.scope():
        enqueue(workspace.actor(), "nobody_knows", {"secret": "s3cret"})


def test_dead_letters_are_listed_and_tried_again(acme: Workspace, queue: Queue, zuke: Zuke) -> None:
    add(acme)
    queue.change(state="dead", attempts=5, error="no ink", finished_at=clock.now())
    dead = queue.one()
    listed = json.loads(zuke("jobs", "list", "--state", "dead", "--json").stdout)
    assert [(one["id"], one["tenant"], one["error"]) for one in listed] == [
        (str(dead.id), "acme", "no ink")
    ]
    assert "payload" not in listed[0]
    assert zuke("jobs", "retry", str(dead.id)).stdout == "1 job will be tried again.\n"
    assert queue.one().state == "ready"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["jobs", "list", "--tenant", "nobody"], "There is no workspace with the slug 'nobody'."),
        (["jobs", "retry"], "Name the jobs to retry, or give --all for every dead letter."),
        (["jobs", "retry", str(new_id())], "These are no dead letters: "),
        (["worker", "--threads", "0"], "--threads takes a number from 1 to 64."),
        (["worker", "--owner", "--once"], "DATABASE_OWNER_URL is missing"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(
    acme: Workspace, zuke: Zuke, words: list[str], sentence: str
) -> None:
    done = zuke(*words)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"zuke: {sentence}")
    assert done.stdout == ""


def test_a_killed_worker_is_replaced_and_work_goes_on(
    acme: Workspace, queue: Queue, surroundings: dict[str, str]
) -> None:
    worker = subprocess.Popen(
        [*BASE, "worker"], env=surroundings, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout is not None
        first = _started(worker.stdout)
        os.kill(int(first["worker"].split(":")[1]), signal.SIGKILL)
        second = _started(worker.stdout)
        assert second["worker"] != first["worker"]
        add(acme)
        deadline = time.monotonic() + 120
        while queue.jobs(acme)[0].error is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert queue.jobs(acme)[0].error == "No kind of job is called 'nobody_knows'."
    finally:
        worker.terminate()
        assert worker.wait(120) == 0
        worker.stdout.close()  # type: ignore[union-attr]


def _started(stream: Any) -> dict[str, str]:
    """Read the worker's log up to the line that says it began."""
    for line in stream:
        told: dict[str, str] = json.loads(line)
        if told["event"] == "worker_started":
            return told
    raise AssertionError("The worker never began.")


def test_older_rows_are_brought_up_to_date_in_every_workspace_or_in_one(
    acme: Workspace, globex: Workspace, queue: Queue, zuke: Zuke
) -> None:
    one = zuke("jobs", "backfill", "contact-keys", "--tenant", "acme")
    assert one.stdout == "Enqueued in 1 workspace; a worker does the rest.\n"
    rest = zuke("jobs", "backfill", "contact-keys", "--json")
    assert json.loads(rest.stdout)["enqueued"] >= 1
    mine = [job for job in queue.jobs(acme) if job.kind == "refresh_every_contact"]
    theirs = [job for job in queue.jobs(globex) if job.kind == "refresh_every_contact"]
    assert (len(mine), len(theirs)) == (1, 1)
    assert theirs[0].db_role == globex.facts.db_role
    assert zuke("jobs", "backfill", "nothing").returncode == 2


def test_every_backfill_is_a_kind_of_job() -> None:
    kinds = {one.kind for one in JOBS}
    assert set(BACKFILLS.values()) <= kinds
