"""What rows refer to and is not there is made along, and told before and after by its kind."""

from __future__ import annotations

from typing import Any

import pytest

from app.crm.models import Account
from app.jobs.worker import Worker
from app.records.imports.words import told
from tests.cast import Person, Workspace
from tests.records.imports.conftest import living, run_of, sheet, take_in

COLUMNS: dict[str, Any] = {
    "Last": "last_name",
    "Firm": {"field": "account_id", "create_missing": True},
    "Tags": "tags",
}
ROWS = [
    ["Archer", "Spruce", "New; Old"],
    ["Baker", "SPRUCE", "new"],
    ["Cook", "Fir", ""],
    ["Dyer", "Spruce", ""],
    ["Eden", "Fir", "Old"],
]
FILE = sheet(["Last", "Firm", "Tags"], *ROWS)


@pytest.mark.parametrize("is_dry_run", [True, False])
def test_they_are_counted_by_kind(acme: Workspace, alice: Person, *, is_dry_run: bool) -> None:
    run = take_in(alice, "contact", FILE, COLUMNS, is_dry_run=is_dry_run)
    assert run.made == {"account": 2, "tag": 2}
    with acme.acting(alice) as by:
        said = told(run, by)
    assert "2 accounts made along, 2 tags made along" in said
    assert len(living(acme, Account, Account.name)) == (0 if is_dry_run else 2)
    page = alice.client.get(f"/contacts/import/{run.id}").text
    for label in ("Accounts made along", "Tags made along"):
        assert f"<b>2</b><span>{label}</span>" in page


@pytest.mark.usefixtures("in_pieces")
@pytest.mark.parametrize("is_dry_run", [True, False])
def test_what_comes_again_in_another_piece_is_counted_once(
    acme: Workspace,
    alice: Person,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_dry_run: bool,
) -> None:
    monkeypatch.setattr("app.records.imports.run.OF_ONE_JOB", 10)  # Which remembers names.
    made = take_in(alice, "contact", FILE, COLUMNS, is_dry_run=is_dry_run)
    worker.drain()
    run = run_of(acme, made.id)
    assert run.created == 5
    assert run.made == {"account": 2, "tag": 2}


def test_nothing_is_told_where_nothing_was_made(acme: Workspace, alice: Person) -> None:
    run = take_in(alice, "contact", sheet(["Last"], ["Archer"]), {"Last": "last_name"})
    assert run.made == {}
    assert "made along" not in alice.client.get(f"/contacts/import/{run.id}").text
