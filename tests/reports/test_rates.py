"""Rates in the builder: how many in a hundred of some records are others, by conditions typed."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.attacks.test_merges_duplicates_files import hide
from tests.cast import Person, Workspace
from tests.factories import make_account

RATE = "type=account&was=account&g0=country&o0=most&m0=count&m1=rate"
BERLIN = "m1p.0.f=city&m1p.0.w=eq&m1p.0.v=Berlin"
NAMED = "m1w.0.f=city&m1w.0.w=filled"


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> None:
    """Of three German firms two in Berlin and one nowhere, and one in York."""
    with acme.acting(alice) as by:
        for number, city in enumerate(("Berlin", "Berlin", None)):
            make_account(by, f"Firm {number}", country="DE", city=city)
        make_account(by, "Rye", country="GB", city="York")


def numbers(html: str) -> list[str]:
    return re.findall(r'<td class="num">(?:<a href="[^"]*">)?([^<]*)', html)


@pytest.mark.usefixtures("firms")
def test_a_rate_is_between_the_counts_of_two_sets_of_conditions(alice: Person) -> None:
    client = alice.client
    begun = client.get(f"/reports/build?{RATE}").text
    assert "How many in a hundred are these" in begun
    assert numbers(begun) == ["3", "1", "4"]  # Nothing is said of it yet.
    assert "alert-bad" not in begun
    page = client.get(f"/reports/build?{RATE}&{BERLIN}").text
    assert numbers(page) == ["3", "66.7%", "1", "0%", "4", "50%"]
    narrowed = client.get(f"/reports/build?{RATE}&{BERLIN}&{NAMED}").text
    assert numbers(narrowed) == ["3", "100%", "1", "0%", "4", "66.7%"]
    # It opens what it counts, is kept and opened again with its conditions.
    written = re.search(r'name="definition" value="([^"]*)"', page)
    assert written is not None
    definition = unescape(written[1])
    (rate,) = [one for one in json.loads(definition)["measures"] if one["what"] == "rate"]
    assert rate["part"]
    again = client.get(f"/reports/build?{urlencode({'definition': definition})}").text
    assert numbers(again) == numbers(page)
    assert 'name="m1p.0.v"' in again
    assert 'value="Berlin"' in again
    links = [unescape(one) for one in re.findall(r'<td class="num"><a href="([^"]*)">', page)]
    assert "Firm 0" in (opened := client.get(links[1]).text)
    assert "Firm 2" not in opened


@pytest.mark.usefixtures("firms")
def test_conditions_are_added_and_dropped_each_in_its_own_place(alice: Person) -> None:
    client = alice.client
    more = client.get(f"/reports/build?{RATE}&{BERLIN}&do=m1p|add").text
    assert 'name="m1p.1.f"' in more
    assert 'name="m1w.1.f"' not in more
    assert 'name="c.1.f"' not in more
    fewer = client.get(f"/reports/build?{RATE}&{BERLIN}&do=m1p|drop.0").text
    assert 'value="Berlin"' not in fewer
    # A number that is taken out takes its conditions along; those behind it move up.
    first = RATE.replace("m0=count", "m0=")
    moved = client.get(f"/reports/build?{first}&{BERLIN}").text
    assert 'name="m0p.0.v"' in moved
    assert numbers(moved) == ["66.7%", "0%", "50%"]


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(
    "query",
    [
        "m1p.0.f=password_hash&m1p.0.w=eq&m1p.0.v=x",
        "m1p.0.f=created_at&m1p.0.w=eq&m1p.0.v=someday",
        "m1p.x.y.z=1&m1p.0=3&m1w=&do=m1p|drop.9",
        "m1p.0.f=city&m1p.0.w=nothing&m1p.0.v=Berlin&do=|||",
    ],
)
def test_what_is_typed_wrongly_is_said_and_nothing_else_is_lost(alice: Person, query: str) -> None:
    answer = alice.client.get(f"/reports/build?{RATE}&{query}")
    assert answer.status_code in (200, 422)
    assert re.search(r'<option value="country" selected>', answer.text)
    assert re.search(r'<option value="rate" selected>', answer.text)


@pytest.mark.usefixtures("firms")
def test_a_rate_by_a_hidden_field_is_left_out(acme: Workspace, bob: Person) -> None:
    with acme.acting(bob) as by:
        make_account(by, "Own", country="DE", city="Berlin")
    hide(acme, bob, "account", "city")
    page = bob.client.get(f"/reports/build?{RATE}&{BERLIN}")
    assert "100%" not in page.text
