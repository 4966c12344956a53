"""More groups than anybody reads: the largest are shown, the total is of all, and it is said."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from sqlalchemy import Text, cast, func, insert, literal, select, true

from app.crm.models import Account
from app.kernel.actor import Actor
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.engine.run import run_report
from app.reports.engine.statement import CAP
from tests.cast import Person, Workspace
from tests.factories import make_account

TOWNS = CAP + 50
LARGEST = "Zwickau"


@pytest.fixture
def towns(acme: Workspace, alice: Person) -> None:
    """An account in each of more towns than a report has groups, and three in the last of them."""
    with acme.acting(alice) as by:
        first = make_account(by, city=LARGEST)
        for _number in range(2):
            make_account(by, city=LARGEST)
        by.session.flush()
        multiply(first, by)


def multiply(first: Account, by: Actor) -> None:
    """The same account once more in every other town, by one statement."""
    columns = Account.__table__.c
    towns = func.generate_series(1, TOWNS).table_valued("number").render_derived()
    other = {
        "id": func.gen_random_uuid(),
        "city": literal("Town ").concat(cast(towns.c.number, Text)),
    }
    values = [other.get(one.key, one) for one in columns]
    rows = select(*values).select_from(Account).join(towns, true()).where(Account.id == first.id)
    by.session.execute(insert(Account).from_select([one.key for one in columns], rows))


@pytest.mark.usefixtures("towns")
def test_the_largest_groups_are_shown_and_the_total_is_of_all(
    acme: Workspace, alice: Person
) -> None:
    groups = (Grouped("city"), Grouped("created_at", "month"))
    with acme.acting(alice) as by:
        result = run_report(Definition("account", groups, (Measure(),)), by, limit_ms=None)
        assert result.is_cut
        assert [one.asked.key for one in result.dimensions] == ["city"]
        assert len(result.cells) <= CAP
        assert result.at(result.whole) == (TOWNS + 3,)
        sizes = {place[0].value: numbers for place, numbers in result.cells.items() if place[0]}
        assert sizes[LARGEST] == (3,)


@pytest.mark.usefixtures("towns")
def test_the_page_says_that_there_are_more(alice: Person) -> None:
    groups = [{"field": "city"}, {"field": "created_at", "unit": "month"}]
    asked = {"record_type": "account", "groups": groups, "measures": [{"what": "count"}]}
    query = urlencode({"definition": json.dumps(asked)})
    page = alice.client.get(f"/reports/build?{query}").text
    assert "There are more than 10,000 groups. The largest by City are shown" in page
    assert f"{TOWNS + 3:,}" in page
    assert LARGEST in page
    assert page.count("<tr") < 1_100, "a page shows a thousand rows"
