"""The boxes of the builder: the page holds a record's own fields, words find all the others."""

from __future__ import annotations

import re
from html import unescape

import pytest

from app.records.pages.filtering.choosing import MOST_FOUND
from app.records.tailored import tailored
from app.reports.pages.offered import find_offered
from tests.cast import HostClient, Person, Workspace
from tests.records.pages.conftest import statements

OF_PARENT = "account_id.parent_id.city"
HTMX = {"HX-Request": "true"}


def offered(client: HostClient, box: str, kind: str, words: str = "") -> dict[str, str]:
    """What a box offers by some words: the names that it would show, by their keys."""
    answer = client.get(f"/reports/build/fields/{box}?type={kind}&q={words}")
    assert answer.status_code == 200, answer.text
    found = re.findall(r'role="option" data-value="([^"]*)" data-text="([^"]*)"', answer.text)
    return {key: unescape(text) for key, text in found}


def chosen(page: str, name: str) -> str:
    """What is chosen in a box of the builder."""
    box = re.search(rf'<select[^>]* name="{name}".*?</select>', page, re.DOTALL)
    assert box, name
    option = re.search(r'<option value="[^"]*" selected>([^<]*)', box[0])
    return unescape(option[1]) if option else ""


@pytest.mark.parametrize("kind", ["order", "account", "invoice"])
def test_the_page_stays_small_however_many_fields_hang_on_a_record(
    alice: Person, kind: str
) -> None:
    address = f"/reports/build?type={kind}&g0=owner_id&m0=count&m1=share"
    page = alice.client.get(address).text
    assert len(page.encode()) < 100_000
    assert 'value="account_id.city"' not in page
    change = alice.client.get(address, headers=HTMX).text
    assert change.count("<option") < 80, "a change brings what is chosen, not what could be"
    assert (chosen(change, "g0"), chosen(change, "m1")) == ("Owner", "Share of all")


def test_without_words_a_box_offers_the_record_s_own_fields_and_says_what_words_find(
    alice: Person,
) -> None:
    client = alice.client
    assert offered(client, "groups", "contact")["title"] == "Job title"
    assert not [one for one in offered(client, "groups", "contact") if "." in one]
    assert next(iter(offered(client, "measures", "contact"))) == "count"
    of_orders = list(offered(client, "measures", "order"))
    assert of_orders.index("sum:total") < of_orders.index("distinct:name")
    assert set(offered(client, "dates", "contact")) >= {"created_at"}
    assert "title" not in offered(client, "dates", "contact")
    said = client.get("/reports/build/fields/groups?type=contact").text
    assert "Type to find what related records say: Account" in said


def test_words_find_fields_of_related_records_in_any_order_of_theirs(alice: Person) -> None:
    found = offered(alice.client, "groups", "contact", "city+parent")
    assert found == {OF_PARENT: "Account › Parent account › City"}
    measures = offered(alice.client, "measures", "contact", "payment+average")
    assert measures["average:account_id.payment_days"] == "Account › Payment term: average"
    assert offered(alice.client, "groups", "contact", "nothing+of+the+kind") == {}


def test_many_that_fit_are_cut_and_more_words_are_asked_for(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        found = find_offered("measures", tailored("order", by), "o", by)
    assert sum(len(one.offers) for one in found.groups) == MOST_FOUND
    assert found.has_more
    said = alice.client.get("/reports/build/fields/measures?type=order&q=o").text
    assert "More fits. Type more words to find it." in said


def test_what_is_chosen_far_away_stands_in_the_page_and_is_counted(alice: Person) -> None:
    page = alice.client.get(f"/reports/build?type=contact&g0={OF_PARENT}&m0=count").text
    assert chosen(page, "g0") == "Account › Parent account › City"


def test_without_scripts_every_field_is_in_the_page_on_request(alice: Person) -> None:
    page = alice.client.get("/reports/build?type=contact&every=1").text
    assert f'value="{OF_PARENT}"' in page
    assert '<input type="hidden" name="every" value="1">' in page


def test_a_field_that_a_role_hides_is_found_by_no_words(alice: Person, bob: Person) -> None:
    assert offered(alice.client, "measures", "product", "cost")
    assert offered(bob.client, "measures", "product", "cost") == {}


def test_a_box_that_there_is_not_and_a_type_that_may_not_be_read_are_refused(
    alice: Person,
) -> None:
    assert alice.client.get("/reports/build/fields/odd?type=contact").status_code == 404
    assert alice.client.get("/reports/build/fields/groups?type=odd").status_code == 422


def test_the_builder_asks_for_no_saved_view(alice: Person) -> None:
    assert alice.client.get("/reports/build?type=account").status_code == 200
    with statements() as made:
        alice.client.get("/reports/build?type=account")
    assert not [one for one in made if re.search(r"\b(views|view_choices|role_views)\b", one)]
