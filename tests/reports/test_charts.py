"""Charts: which number they draw, months in which nothing was, and what has no sum at all."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.cast import HostClient, Person, Workspace
from tests.factories import make_activity, make_product
from tests.reports.test_report_pages import bearer, kept, links

YEAR = {"field": "at", "in": "2025-01-01,2025-12-31"}
MONTHS: dict[str, Any] = {
    "record_type": "activity",
    "groups": [{"field": "at", "unit": "month"}],
    "measures": [{"what": "count"}, {"what": "sum", "field": "minutes"}],
    "shape": "bar",
}


@pytest.fixture
def calls(acme: Workspace, alice: Person) -> None:
    """Calls in February and May 2025, and none between."""
    with acme.acting(alice) as by:
        for month, day in ((2, 3), (2, 20), (5, 9)):
            call = make_activity(by, "call", minutes="10")
            call.at = datetime(2025, month, day, 10, tzinfo=UTC)


def page_of(person: Person, **changes: Any) -> str:
    definition = json.dumps({**MONTHS, **changes})
    answer = person.sign_in().get(f"/reports/build?{urlencode({'definition': definition})}")
    assert answer.status_code == 200, answer.text
    return answer.text


def drawn(page: str) -> dict[str, Any]:
    (written,) = re.findall(r'data-chart="([^"]*)"', page)
    found: dict[str, Any] = json.loads(unescape(written))
    return found


@pytest.mark.usefixtures("calls")
def test_months_in_which_nothing_was_stand_on_the_axis(alice: Person) -> None:
    chart = drawn(page_of(alice))
    assert chart["labels"] == ["February 2025", "March 2025", "April 2025", "May 2025"]
    count, minutes = chart["measures"]
    assert count["series"][0]["values"] == [2, 0, 0, 1]
    assert minutes["series"][0]["values"] == [20, 0, 0, 10]
    assert [bool(url) for url in count["series"][0]["urls"]] == [True, False, False, True]


@pytest.mark.usefixtures("calls")
def test_months_of_a_period_all_have_a_row_as_well(alice: Person) -> None:
    page = page_of(alice, period=YEAR)
    assert len(drawn(page)["labels"]) == 12
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert re.findall(r'<th scope="row">(\w+) 2025', table)[:3] == ["January", "February", "March"]
    assert table.count('<td class="num">0</td>') == 20  # Ten empty months, two numbers each.
    assert len(links(page)) == 6  # Two months and the total; nothing leads to no rows.


@pytest.mark.usefixtures("calls")
def test_what_is_still_to_come_is_not_drawn_as_nothing(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        today = by.today()
    period = {"field": "at", "in": f"2025-01-01,{today.year + 1}-12-31"}
    labels = drawn(page_of(alice, period=period))["labels"]
    assert len(labels) == (today.year - 2025) * 12 + today.month


@pytest.mark.usefixtures("calls")
def test_groups_by_size_keep_their_order_and_have_no_holes(alice: Person) -> None:
    groups = [{"field": "at", "unit": "month", "sort": "most"}]
    assert drawn(page_of(alice, groups=groups))["labels"] == ["February 2025", "May 2025"]


@pytest.mark.usefixtures("calls")
def test_many_days_without_anything_do_not_fill_a_chart(alice: Person) -> None:
    groups = [{"field": "at", "unit": "day"}]
    far = {"field": "at", "in": f"{date(2024, 1, 1)},{date(2024, 1, 1) + timedelta(days=700)}"}
    assert len(drawn(page_of(alice, groups=groups, period=far))["labels"]) == 3


@pytest.mark.usefixtures("calls")
def test_a_chart_of_several_numbers_lets_its_reader_choose_and_one_says_which(
    alice: Person,
) -> None:
    several = page_of(alice)
    assert 'data-chart-measure aria-label="Number that is drawn"' in several
    assert [one["name"] for one in drawn(several)["measures"]] == ["Count", "Minutes: sum"]
    one = page_of(alice, measures=[{"what": "sum", "field": "minutes"}])
    assert "data-chart-measure" not in one
    assert '<div class="report-drawn">Minutes: sum</div>' in one


def test_a_file_tells_the_currency_of_amounts_and_all_their_digits(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, list_price="1200.5")
    measures = [{"what": "sum", "field": "list_price"}, {"what": "count"}]
    definition = json.dumps({"record_type": "product", "measures": measures})
    form = {"definition": definition, "name": "Prices", "format": "csv"}
    told = alice.sign_in().post("/reports/file", data=form).get_data(as_text=True)
    assert told.lstrip("\ufeff").splitlines() == ["List price: sum (GBP),Count", "1200.50,1"]


def test_terms_and_rates_have_an_average_and_no_sum(acme: Workspace, alice: Person) -> None:
    client = alice.sign_in()
    built = client.get("/reports/build?type=account&m0=count").text
    assert 'value="average:payment_days"' in built
    assert 'value="sum:payment_days"' not in built
    assert 'value="share:payment_days"' not in built
    products = client.get("/reports/build?type=product&m0=count").text
    assert 'value="sum:list_price"' in products
    assert 'value="sum:rate"' not in products
    asked = {"record_type": "account", "measures": [{"what": "sum", "field": "payment_days"}]}
    headers = {"Authorization": f"Bearer {bearer(alice)}"}
    api = HostClient(alice._app(), host=acme.host)
    ran = api.post("/api/v1/reports/run", json={"definition": asked}, headers=headers)
    assert ran.status_code == 422
    assert "can’t be measured" in ran.text.replace("'", "’")
    listed = api.get("/api/v1/accounts?group=lifecycle&sum=payment_days", headers=headers)
    assert listed.status_code == 422


@pytest.mark.usefixtures("calls")
def test_a_chart_on_home_says_its_number_too(alice: Person) -> None:
    page = alice.sign_in().get(kept(alice.client, json.dumps(MONTHS))).text
    assert "data-chart-measure" in page


@pytest.mark.usefixtures("calls")
def test_lines_of_several_kinds_have_every_month_and_a_pie_those_with_a_record(
    alice: Person,
) -> None:
    groups = [*MONTHS["groups"], {"field": "kind"}]
    split = drawn(page_of(alice, groups=groups, shape="line"))["measures"]
    assert {len(one["values"]) for each in split for one in each["series"]} == {4}
    assert len(drawn(page_of(alice, shape="pie"))["labels"]) == 2


def chosen_to_draw(page: str) -> str:
    """The number that a page's chart draws at first."""
    box = re.search(r"<select[^>]* data-chart-measure.*?</select>", page, re.DOTALL)
    assert box
    option = re.search(r"<option[^>]* selected>([^<]*)", box[0])
    return option[1] if option else ""


@pytest.mark.usefixtures("calls")
def test_the_number_that_is_chosen_to_be_drawn_is_kept_and_drawn_on_home_too(
    alice: Person,
) -> None:
    client = alice.sign_in()
    form = "type=activity&g0=at&u0=month&m0=count&m1=sum:minutes&shape=bar&drawn=1"
    page = client.get(f"/reports/build?{form}").text
    assert chosen_to_draw(page) == "Minutes: sum"
    assert 'name="drawn" form="report-form"' in page
    (definition,) = re.findall(r'name="definition" value="([^"]*)"', page)
    place = kept(client, unescape(definition))
    assert chosen_to_draw(client.get(place).text) == "Minutes: sum"
    widget = {"kind": "report", "of": place.rpartition("/")[2]}
    assert client.post("/home/widgets", data=widget).status_code == 303
    (at,) = re.findall(r'data-hx-get="(/home/widgets/[^"]*)"', client.get("/").text)[-1:]
    assert chosen_to_draw(client.get(at, headers={"HX-Request": "true"}).text) == "Minutes: sum"
    other = client.get(f"/reports/build?{form}&m2=average:minutes").text
    assert chosen_to_draw(other) == "Minutes: sum"
    gone = client.get(f"/reports/build?{form.replace('m0=count', 'm0=')}&m2=average:minutes").text
    assert chosen_to_draw(gone) == "Minutes: sum", "the one before it was taken out"
    itself = client.get(f"/reports/build?{form.replace('m1=sum:minutes', 'm1=')}&m2=share").text
    assert chosen_to_draw(itself) == "Count"
    nothing = "shape=bar&pk=at&pt=between&pf=1990-01-01&pl=1990-12-31"
    for instead in ("shape=table", nothing):
        without = client.get(f"/reports/build?{form.replace('shape=bar', instead)}").text
        assert '<input type="hidden" name="drawn" value="1">' in without, "kept meanwhile"


def test_a_program_names_the_number_that_is_drawn_among_those_there_are(
    acme: Workspace, alice: Person
) -> None:
    headers = {"Authorization": f"Bearer {bearer(alice)}"}
    api = HostClient(alice._app(), host=acme.host)
    for drawn_at, status in ((1, 201), (2, 422), (-1, 422), ("1", 422), (True, 422)):
        body = {"definition": {**MONTHS, "drawn": drawn_at}, "name": "Calls"}
        made = api.post("/api/v1/reports", json=body, headers=headers)
        assert made.status_code == status, drawn_at
        if status == 201:
            assert made.json["definition"]["drawn"] == 1  # type: ignore[index]


def test_who_may_not_see_the_number_that_is_drawn_looks_at_the_first(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        make_product(by, list_price="10", cost="4")
    definition = {
        "record_type": "product",
        "groups": [{"field": "created_at"}],
        "measures": [{"what": "sum", "field": one} for one in ("list_price", "cost")]
        + [{"what": "count"}],
        "shape": "bar",
        "drawn": 1,
    }
    place = kept(alice.sign_in(), json.dumps(definition), "everyone")
    assert chosen_to_draw(alice.client.get(place).text) == "Cost: sum"
    assert chosen_to_draw(bob.sign_in().get(place).text) == "List price: sum"


@pytest.mark.usefixtures("calls")
def test_the_month_that_is_under_way_is_said_to_be(acme: Workspace, alice: Person) -> None:
    assert "still under way" not in page_of(
        alice, period={"field": "at", "in": "2025-01-01,2025-06-30"}
    )
    with acme.acting(alice) as by:
        make_activity(by, "call")
        today = by.today()
    page = page_of(alice)
    chart = drawn(page)
    assert chart["running"] == len(chart["labels"]) - 1
    assert f"{today:%B %Y} is still under way." in page
