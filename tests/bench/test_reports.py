"""The bench of reports counts what it says it counts."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy import Engine, func, select

from app.crm.models import Activity
from bench import reports
from bench.surroundings import Server
from bench.surroundings import Workspace as Measured
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact


def test_each_report_is_measured_over_all_contacts_and_lines(
    acme: Workspace, alice: Person, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "LINES", 50)
    with acme.acting(alice) as by:
        account = make_account(by, country="GB")
        make_contact(by, account_id=str(account.id))
        make_contact(by, "Free", owner_id=None)
        for _number in range(3):
            make_activity(by, account_id=str(account.id))
    measured = Measured(Server("", cast("Any", None), owner), acme.facts, cast("Any", None))
    figures = reports.run(measured, cast("Any", None))
    assert [one.name for one in figures] == [
        "2 contacts by owner and month",
        "2 contacts by industry and country",
        "50 lines by kind and month",
        "50 lines by country and quarter",
        "50 lines by the 20 largest accounts",
    ]
    assert [(one.unit, one.limit) for one in figures] == [
        *[("ms", reports.TWO_GROUPS)] * 2,
        *[("ms", reports.OF_LINES)] * 3,
    ]
    with acme.scope() as session:  # What was filled in is gone.
        assert session.scalar(select(func.count()).select_from(Activity)) == 3
