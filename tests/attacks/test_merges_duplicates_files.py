"""Merges, duplicates, files and answers of receivers, used by people who mean harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.automation.webhooks.outcome import _asked_for
from app.kernel.outgoing import Heard
from app.records.files import operations
from app.records.files.models import File
from config.settings import Settings
from tests.attacks.program import Programs, program
from tests.cast import Person, Workspace
from tests.factories import make_account, make_file
from tests.records.files.conftest import on_disk
from tests.records.imports.conftest import no_files

__all__ = ["no_files", "program"]


# What a receiver answers


@pytest.mark.parametrize(
    "asked",
    [
        "Fri, 01 Jan 2027 00:00:00 +99999999999999999999",
        "Fri, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -2300",
        "-1",
        "\u0661\u0662",
    ],
)
def test_an_odd_retry_after_is_a_failure_like_any_other(asked: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    wait = _asked_for(Heard(503, {"retry-after": asked}, b"", 0.1), now)
    assert timedelta() <= wait <= timedelta(hours=10)


# Files


@pytest.mark.parametrize("number", ["0", "2147483648", "9" * 30, "9" * 5000])
def test_a_version_that_no_file_can_have_is_not_there(
    acme: Workspace, alice: Person, program: Programs, number: str
) -> None:
    with acme.acting(alice) as by:
        file = make_file(by, "account", make_account(by).id).id
    assert alice.client.get(f"/files/{file}/versions/{number}").status_code == 404
    answer = program(alice).get(f"files/{file}/content?number={number}")
    assert answer.status_code in (404, 422)


def test_bringing_files_back_does_not_pass_the_most_that_a_record_has(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST", 2)
    with acme.acting(alice) as by:
        firm = make_account(by).id
        gone = make_file(by, "account", firm, "a.txt").id
    assert alice.client.post(f"/files/{gone}/delete").status_code == 303
    with acme.acting(alice) as by:
        for name in ("b.txt", "c.txt"):
            make_file(by, "account", firm, name)
    alice.client.post(f"/files/{gone}/restore")
    with acme.scope() as session:
        standing = select(func.count()).where(File.deleted_at.is_(None))
        assert session.scalar(standing.select_from(File)) <= 2


def test_a_file_stays_when_something_smaller_of_its_request_is_undone(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    with acme.acting(alice) as by:
        file = make_file(by, "account", make_account(by).id)
        by.session.begin_nested().rollback()
    assert [one.name for one in on_disk(settings, acme)] == [file.stored]


def test_a_file_goes_with_its_request_though_a_part_of_it_was_kept(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    with pytest.raises(RuntimeError, match="cut"), acme.acting(alice) as by:  # noqa: PT012
        with by.session.begin_nested():
            make_file(by, "account", make_account(by).id)
        raise RuntimeError("cut")
    assert list(on_disk(settings, acme)) == []


def test_a_file_goes_with_the_part_of_a_request_in_which_it_was_added(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    """A part within the part was kept, and then the part was not."""
    with acme.acting(alice) as by:
        firm = make_account(by).id
        stays = make_file(by, "account", firm, "a.txt")
        part = by.session.begin_nested()
        with by.session.begin_nested():
            make_file(by, "account", firm, "b.txt")
        part.rollback()
        after = make_file(by, "account", firm, "c.txt")
    assert {one.name for one in on_disk(settings, acme)} == {stays.stored, after.stored}
