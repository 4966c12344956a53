"""Lists by groups in the browser's eyes: the toolbar, the heads of groups, the open one, views."""

from __future__ import annotations

import re

import pytest

from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact

OPEN = '<tbody class="is-open">'


@pytest.fixture
def firms(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.acting(alice) as by:
        for name, lifecycle in (("Ash", "customer"), ("Birch", "customer"), ("Cedar", "prospect")):
            make_account(by, name, lifecycle=lifecycle, owner_id=bob.user_id)


def heads(page: str) -> list[tuple[str, str]]:
    """Each group's name and number, the row of all among them."""
    found = re.findall(r'<span>([^<]*)</span> <span class="count"[^>]*>([^<]*)</span>', page)
    return [(name.strip(), number) for name, number in found]


def test_a_list_by_groups_shows_heads_and_opens_one_of_them(alice: Person, firms: None) -> None:
    browser = alice.sign_in()
    page = browser.get("/accounts?group=lifecycle").text
    assert heads(page) == [("Prospect", "1"), ("Customer", "2"), ("All", "3")]
    assert "Birch" not in page
    link = re.search(r'href="([^"]*open=customer)" aria-expanded="false"', page)
    assert link is not None
    page = browser.get(link[1].replace("&amp;", "&")).text
    assert "Ash" in page
    assert "Birch" in page
    assert "Cedar" not in page
    assert re.search(r'href="/accounts\?group=lifecycle" aria-expanded="true"', page)
    assert 'name="list" value="lifecycle=customer" form="bulk"' in page


def test_a_group_keeps_the_filters_the_order_and_its_pages(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for number in range(53):
            make_account(by, f"Firm {number:02}", lifecycle="former", kind="individual")
        make_account(by, "Elsewhere", lifecycle="former")
    browser = alice.sign_in()
    address = "/accounts?kind=individual&sort=name&group=lifecycle&open=former"
    page = browser.get(address).text
    assert heads(page) == [("Former customer", "53"), ("All", "53")]
    assert page.index("Firm 00") < page.index("Firm 49")
    assert "Elsewhere" not in page
    assert "1–50 of 53" in page
    following = re.search(r'rel="next" href="([^"]*)"', page)
    assert following is not None
    second = browser.get(following[1].replace("&amp;", "&")).text
    assert "51–53 of 53" in second
    assert "Firm 52" in second
    assert OPEN in second
    back = re.search(r'rel="prev" href="([^"]*)"', second)
    assert back is not None
    assert "1–50 of 53" in browser.get(back[1].replace("&amp;", "&")).text
    other = re.search(r'<a class="sort" href="([^"]*sort=-name[^"]*)"', page)
    assert other is not None
    turned = browser.get(other[1].replace("&amp;", "&")).text
    assert OPEN in turned
    assert turned.index("Firm 52") < turned.index("Firm 10")


def test_sums_stand_in_their_columns(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by)
        for kind, minutes in (("call", 5), ("call", 1200), ("visit", 30)):
            make_activity(by, kind, minutes=minutes, account_id=account.id)
    page = alice.sign_in().get("/activities?group=kind&cols=subject,minutes").text
    sums = re.findall(r'data-label="Sum of Minutes"[^>]*>([^<]*)<', page)
    assert sums == ["1,205", "30", "1,235"]


def test_records_without_a_value_are_a_group_of_their_own(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_contact(by, "Alone")
        make_contact(by, "Placed", account_id=make_account(by, "Ash").id)
    browser = alice.sign_in()
    assert heads(browser.get("/contacts?group=account_id").text) == [
        ("Ash", "1"),
        ("Empty", "1"),
        ("All", "2"),
    ]
    page = browser.get("/contacts?group=account_id&open=").text
    assert "Alone" in page
    assert "Placed" not in page


def test_what_a_list_is_grouped_by_is_chosen_in_a_drawer(alice: Person, firms: None) -> None:
    browser = alice.sign_in()
    assert 'href="/accounts/group?sort=name" data-drawer' in browser.get("/accounts?sort=name").text
    form = browser.get("/accounts/group?sort=name").text
    assert 'href="/accounts?sort=name&amp;group=lifecycle"' in form
    assert 'href="/accounts?sort=name&amp;group=created_at%3Aquarter"' in form
    assert "Not grouped" not in form
    form = browser.get("/accounts/group?group=created_at:week").text
    assert "Not grouped" in form
    assert re.search(r'created_at%3Aweek" aria-current="true"', form)


def test_a_saved_view_keeps_what_it_is_grouped_by(alice: Person, firms: None) -> None:
    browser = alice.sign_in()
    form = browser.get("/accounts/views/new?group=lifecycle&open=customer").text
    query = re.search(r'name="query" value="([^"]*)"', form)
    assert query is not None
    assert query[1] == "group=lifecycle"
    sent = {"name": "By lifecycle", "audience": "private", "query": "group=lifecycle"}
    made = browser.post("/accounts/views/new", data=sent)
    page = browser.get(made.headers["Location"]).text
    assert heads(page)[-1] == ("All", "3")
    assert "Save changes" not in page


def test_columns_chosen_in_a_grouped_list_leave_it_grouped(alice: Person, firms: None) -> None:
    browser = alice.sign_in()
    sent = {"query": "group=lifecycle", "col": ["name", "city"]}
    assert "group=lifecycle" in browser.post("/accounts/columns", data=sent).headers["Location"]
    sent = {"query": "group=lifecycle", "reset": "1"}
    assert "group=lifecycle" in browser.post("/accounts/columns", data=sent).headers["Location"]


@pytest.mark.parametrize("group", ["nothing", "name", "kind:month"])
def test_a_grouping_of_no_sense_is_told_kindly(alice: Person, firms: None, group: str) -> None:
    answer = alice.sign_in().get(f"/accounts?group={group}")
    assert answer.status_code == 422
    assert "grouped by that" in answer.text


@pytest.mark.parametrize("asked", ["open=nowhere", "open=" + "x" * 300, "open=2026-01-01"])
def test_a_group_that_is_not_there_opens_nothing(alice: Person, firms: None, asked: str) -> None:
    answer = alice.sign_in().get(f"/accounts?group=lifecycle&{asked}")
    assert answer.status_code == 200
    assert OPEN not in answer.text


def test_a_plain_list_runs_no_statement_for_groups(
    acme: Workspace, alice: Person, firms: None
) -> None:
    browser = alice.sign_in()
    page = browser.get("/accounts").text
    assert "rowgroup" not in page
    assert "<tfoot" not in page
