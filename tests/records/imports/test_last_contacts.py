"""When a customer was spoken to last, and is to be next, comes along as follow-ups."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, Contact
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.imports.begin import begin_import
from app.records.imports.guessing.guess import guess
from app.records.imports.undo_jobs import undo_import
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.records.imports.conftest import allow, counts, give, living, mapped, sheet, take_in, why
from tests.records.imports.pages import given

HEADERS = Path(__file__).with_name("headers")
HEAD = ("Name", "Last Contacted", "Next Follow-up")
NOTED = {
    "Name": "name",
    "Last Contacted": {"field": "last_activity_at", "create_missing": True},
    "Next Follow-up": {"field": "next_step_at", "create_missing": True},
}
SPOKEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NEXT = datetime(2031, 5, 6, 8, 0, tzinfo=UTC)


def activities(workspace: Workspace, *columns: Any) -> list[Any]:
    """The activities that were not deleted, the earliest first."""
    with workspace.scope() as session:
        asked = (
            select(*columns).where(Activity.deleted_at.is_(None)).order_by(Activity.at, Activity.id)
        )
        return [tuple(row) for row in session.execute(asked)]


def test_each_row_s_last_contact_becomes_a_follow_up_of_that_moment(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(HEAD, ("North", "2026-03-02 09:30", ""), ("South", "", ""))
    run = take_in(alice, "account", file, NOTED)
    assert counts(run) == {"created": 2}
    assert run.noted == 1
    (north, south) = living(acme, Account, Account.name, Account.id, Account.last_activity_at)
    assert north[2] == SPOKEN
    assert south[2] is None
    told = (Activity.kind, Activity.subject, Activity.done_at, Activity.account_id)
    assert activities(acme, *told) == [("follow_up", "Imported", SPOKEN, north[1])]


def test_a_contact_s_follow_up_stands_on_the_account_too(acme: Workspace, alice: Person) -> None:
    columns = {**NOTED, "Firm": {"field": "account_id", "create_missing": True}}
    columns = {"Surname": "last_name", **{key: columns[key] for key in (*HEAD[1:], "Firm")}}
    file = sheet(("Surname", *HEAD[1:], "Firm"), ("Chen", "2026-03-02 09:30", "", "North"))
    run = take_in(alice, "contact", file, columns)
    assert (counts(run), run.noted) == ({"created": 1}, 1)
    (account,) = living(acme, Account, Account.id, Account.last_activity_at)
    (contact,) = living(acme, Contact, Contact.id, Contact.last_activity_at)
    assert account[1] == contact[1] == SPOKEN
    told = (Activity.account_id, Activity.contact_id)
    assert activities(acme, *told) == [(account[0], contact[0])]


def test_the_next_contact_is_planned_with_the_last_or_by_itself(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(
        HEAD,
        ("Both", "2026-03-02 09:30", "2031-05-06 09:00"),
        ("Next", "", "2031-05-06 09:00"),
        ("Over", "2026-03-02 09:30", "2026-03-01 09:00"),
    )
    run = take_in(alice, "account", file, NOTED)
    assert run.noted == 3
    found = living(acme, Account, Account.name, Account.last_activity_at, Account.next_step_at)
    assert found == [("Both", SPOKEN, NEXT), ("Next", None, NEXT), ("Over", SPOKEN, None)]
    told = (Activity.subject, Activity.due_at, Activity.done_at)
    planned = [one for one in activities(acme, *told) if one[2] is None]
    assert sorted(planned) == [("Follow up: Imported", NEXT, None), ("Imported", NEXT, None)]


def test_what_is_made_belongs_to_the_record_s_owner(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    owned = {**NOTED, "Owner": "owner_id"}
    file = sheet((*HEAD, "Owner"), ("North", "2026-03-02 09:30", "", bob.email))
    take_in(alice, "account", file, owned)
    assert activities(acme, Activity.owner_id) == [(bob.user_id,)]


def test_what_is_made_is_told_in_the_firm_s_language(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        chinese = replace(by, tenant=replace(by.tenant, language="zh-CN"))
        run = give(chinese, "account", sheet(HEAD, ("North", "2026-03-02 09:30", "")))
        begin_import(run, mapped(NOTED), chinese)
    assert activities(acme, Activity.subject) == [("已导入",)]


def test_a_row_whose_moment_is_broken_says_so_at_its_column(acme: Workspace, alice: Person) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    file = sheet(
        HEAD, ("A", "lately", ""), ("B", ahead, ""), ("C", "", "soon"), ("D", "2026-03-02", "")
    )
    run = take_in(alice, "account", file, NOTED)
    assert why(alice, run) == {
        2: {"Last Contacted": "Enter a date and time like 2026-11-22 09:30."},
        3: {"Last Contacted": "This moment is still to come."},
        4: {"Next Follow-up": "Enter a date and time like 2026-11-22 09:30."},
    }
    assert (counts(run), run.noted) == ({"created": 1, "failed": 3}, 1)


def test_without_the_box_nothing_is_made(acme: Workspace, alice: Person) -> None:
    left = {**NOTED, "Last Contacted": "last_activity_at", "Next Follow-up": "next_step_at"}
    run = take_in(alice, "account", sheet(HEAD, ("A", "lately", "2031-01-01")), left)
    assert (counts(run), run.noted) == ({"created": 1}, 0)
    assert activities(acme, Activity.id) == []


def test_a_file_that_comes_twice_notes_nothing_twice(acme: Workspace, alice: Person) -> None:
    file = sheet(HEAD, ("North", "2026-03-02 09:30", "2031-05-06 09:00"))
    how = {"mode": "both", "match_on": "name"}
    assert take_in(alice, "account", file, NOTED, **how).noted == 1
    again = take_in(alice, "account", file, NOTED, **how)
    assert (counts(again), again.noted) == ({"skipped": 1}, 0)
    later = take_in(alice, "account", sheet(HEAD, ("North", "2026-04-01 10:00", "")), NOTED, **how)
    assert (counts(later), later.noted) == ({"skipped": 1}, 1)
    (north,) = living(acme, Account, Account.name, Account.last_activity_at)
    assert north[1] == datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


@pytest.mark.usefixtures("in_pieces")
def test_a_dry_run_says_how_many_and_makes_none(acme: Workspace, alice: Person) -> None:
    file = sheet(HEAD, ("A", "2026-03-02", ""), ("B", "", ""))
    run = take_in(alice, "account", file, NOTED, is_dry_run=True)
    assert (counts(run), run.noted) == ({"created": 2}, 1)
    assert activities(acme, Activity.id) == []
    with alice.workspace.acting(alice) as by:
        again = begin_import(by.session.merge(run), mapped(NOTED), by)
        assert again.noted == 1  # It counts anew.


def test_the_page_offers_it_with_a_ticked_box_and_counts_it(alice: Person) -> None:
    url = given(alice, "Company name,最后跟进时间\nNorth,2026-03-02\nSouth,\n", kind="accounts")
    shown = alice.client.get(url).text
    assert "Note it as a follow-up of each row" in shown
    assert '<input class="check" type="checkbox" name="m1" value="1" checked>' in shown
    assert "<b>1</b><span>follow-up noted</span>" in shown


def test_an_import_s_follow_ups_go_with_its_undo(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    columns = {
        "Surname": "last_name",
        "Firm": {"field": "account_id", "create_missing": True},
        "Owner": "owner_id",
        "Last Contacted": NOTED["Last Contacted"],
        "Next Follow-up": NOTED["Next Follow-up"],
    }
    file = sheet(
        tuple(columns), ("Chen", "North", bob.email, "2026-03-02 09:30", "2031-05-06 09:00")
    )
    run = take_in(alice, "contact", file, columns)
    with acme.acting(alice) as by:
        undone = undo_import(run.id, by)
        assert undone.undo_left_out == 0
    assert living(acme, Contact, Contact.id) == []
    assert living(acme, Account, Account.id) == []
    assert activities(acme, Activity.id) == []


def test_what_an_import_only_noted_goes_with_its_undo(acme: Workspace, alice: Person) -> None:
    take_in(alice, "account", sheet(HEAD, ("North", "", "")), NOTED)
    how = {"mode": "update", "match_on": "name"}
    run = take_in(alice, "account", sheet(HEAD, ("North", "2026-03-02", "")), NOTED, **how)
    with acme.acting(alice) as by:
        undo_import(run.id, by)
    (north,) = living(acme, Account, Account.name, Account.last_activity_at)
    assert north[1] is None


def test_who_may_make_no_activities_gives_no_last_contact(acme: Workspace, bob: Person) -> None:
    allow(acme, "sales_rep", "import")
    with acme.acting(bob) as by:
        found = guess(tailored("account", by), HEAD, [], by)
    assert [one.column.field for one in found] == ["name", "last_activity_at", "next_step_at"]
    allow(acme, "sales_rep", "create", reach=None)
    with acme.acting(bob) as by:
        found = guess(tailored("account", by), HEAD, [], by)
    assert [one.column.field for one in found][1:] == [None, None]


def test_what_stands_against_a_follow_up_is_told_at_its_row(acme: Workspace, alice: Person) -> None:
    """A workspace may ask for more of every activity than a file of customers can say."""
    with acme.acting(alice) as by:
        kind = tailored("activity", by)
        define_field(by, kind, "text", Wish(label={"en": "Mood"}, is_required=True))
    file = sheet(HEAD, ("North", "2026-03-02 09:30", ""), ("South", "", ""))
    run = take_in(alice, "account", file, NOTED)
    assert (counts(run), run.noted) == ({"created": 1, "failed": 1}, 0)
    assert list(why(alice, run)[2]) == ["Last Contacted"]
    assert why(alice, run)[2]["Last Contacted"].startswith("Mood: ")


def columns_of_contact() -> Iterator[tuple[str, str]]:
    """Every column of a checked-in head that tells a last or a next contact, with its file."""
    telling = {
        "Last Activity Date", "Last Contacted", "Last contacted time", "Last activity date",
        "LastActivityDate", "Last Activity Time", "最后跟进时间", "下次跟进时间",
        "最新活动记录时间", "最近拜访时间", "Next Activity Date",
    }  # fmt: skip
    for path in sorted(HEADERS.glob("*.csv")):
        if path.stem.split("-")[1] not in ("account", "contact"):
            continue
        for name in next(csv.reader([path.read_text(encoding="utf-8")])):
            if name in telling:
                yield path.stem, name


@pytest.mark.parametrize(("file", "name"), list(columns_of_contact()))
def test_other_systems_columns_of_it_are_known(
    file: str, name: str, acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        (found,) = guess(tailored(file.split("-")[1], by), [name], [], by)
    assert found.column.field in ("last_activity_at", "next_step_at")
    assert found.column.create_missing
