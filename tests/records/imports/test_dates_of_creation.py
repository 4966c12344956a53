"""When records were created elsewhere comes along, for whoever manages imports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.events import Event
from app.kernel.errors import Refused
from app.records.imports.guessing.guess import guess
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.records.imports.conftest import allow, counts, living, sheet, take_in, why

HEAD = ("Name", "Create Date")
DATED = {"Name": "name", "Create Date": "created_at"}
LONG_AGO = datetime(2019, 3, 31, 8, 30, tzinfo=UTC)


def test_a_new_record_keeps_the_day_on_which_it_was_created_elsewhere(
    acme: Workspace, alice: Person
) -> None:
    file = sheet(HEAD, ("North", "2019-03-31 09:30"), ("South", ""))
    run = take_in(alice, "account", file, DATED)
    assert counts(run) == {"created": 2}
    (north, south) = living(acme, Account, Account.name, Account.created_at, Account.updated_at)
    assert north[1] == LONG_AGO  # London has summer time on that day.
    assert north[2] == south[1] == south[2] > LONG_AGO
    with acme.scope() as session:
        told = session.scalars(select(Event.at).where(Event.batch_id == run.id)).all()
        assert all(at == south[1] for at in told)  # History tells when it came here.


def test_what_stands_keeps_its_day(acme: Workspace, alice: Person) -> None:
    take_in(alice, "account", sheet(HEAD, ("North", "2019-03-31 09:30")), DATED)
    more = {**DATED, "City": "city"}
    file = sheet((*HEAD, "City"), ("North", "2020-01-01 00:00", "Leeds"), ("South", "", "York"))
    for mode, became in (("update", {"updated": 1, "failed": 1}), ("both", {"created": 1})):
        run = take_in(alice, "account", file, more, mode=mode, match_on="name")
        assert counts(run).items() >= became.items()
    found = living(acme, Account, Account.name, Account.created_at)
    assert found[0] == ("North", LONG_AGO)


def test_a_day_that_is_none_or_still_to_come_is_told_at_its_column(
    acme: Workspace, alice: Person
) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    run = take_in(alice, "account", sheet(HEAD, ("A", "soon"), ("B", ahead)), DATED)
    assert why(alice, run) == {
        2: {"Create Date": "Enter a date and time like 2026-11-22 09:30."},
        3: {"Create Date": "This moment is still to come."},
    }
    assert not living(acme, Account, Account.name)


def test_who_does_not_manage_imports_gives_no_day(acme: Workspace, bob: Person) -> None:
    allow(acme, "sales_rep", "import")
    with pytest.raises(Refused) as refused:
        take_in(bob, "account", sheet(HEAD, ("A", "2019-03-31")), DATED)
    assert set(refused.value.errors) == {"columns.1.field"}
    with acme.acting(bob) as by:
        found = guess(tailored("account", by), HEAD, [], by)
    assert [one.column.field for one in found] == ["name", None]
    assert all(one.is_known for one in found)
