"""The bench of reports counts what it says it counts."""

from __future__ import annotations

from typing import Any, cast

from bench import reports
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


def test_each_report_is_measured_over_all_contacts(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, country="GB")
        make_contact(by, account_id=str(account.id))
        make_contact(by, "Free", owner_id=None)
    figures = reports.run(cast("Any", acme), cast("Any", None))
    assert [one.name for one in figures] == [
        "2 contacts by owner and month",
        "2 contacts by industry and country",
    ]
    assert {(one.unit, one.limit) for one in figures} == {("ms", reports.TWO_GROUPS)}
