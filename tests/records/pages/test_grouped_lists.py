"""Lists by groups in the browser's eyes: the toolbar, the heads of groups, the open one, views."""

from __future__ import annotations

import re

import pytest

from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact
from tests.records.pages.conftest import statements

COUNTRIES = ("AT", "BE", "CN", "DE", "ES", "FR", "GB", "IT", "US")
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


def link_to(page: str, address: str, expanded: str) -> str:
    """The head of a group that leads to `address`."""
    found = re.search(rf'href="([^"]*{address})" aria-expanded="{expanded}"', page)
    assert found is not None, re.findall(r'href="([^"]*)" aria-expanded="([^"]*)"', page)
    return found[1].replace("&amp;", "&")


def test_a_list_by_few_groups_starts_open_and_its_address_says_what_was_closed(
    alice: Person, firms: None
) -> None:
    browser = alice.sign_in()
    page = browser.get("/accounts?group=lifecycle&sort=name").text
    assert heads(page) == [("Prospect", "1"), ("Customer", "2"), ("All", "3")]
    places = [page.index(name) for name in ("Prospect</span>", "Cedar", "Customer</span>", "Ash")]
    assert places == sorted(places)
    assert page.index("Ash") < page.index("Birch")
    page = browser.get(link_to(page, "open=customer", "true")).text  # The other one is closed.
    assert "Birch" in page
    assert "Cedar" not in page
    assert 'name="list" value="sort=name&amp;lifecycle=customer" form="bulk"' in page or (
        'name="list" value="lifecycle=customer&amp;sort=name" form="bulk"' in page
    )
    folded = browser.get(link_to(page, "open=-", "true")).text
    assert OPEN not in folded
    assert "Birch" not in folded
    again = browser.get(link_to(page, "open=prospect%2Ccustomer", "false")).text
    assert again.count(OPEN) == 2
    assert "Cedar" in again


def test_a_group_that_has_more_than_its_first_rows_opens_alone_with_all(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for number in range(30):
            make_account(by, f"Firm {number:02}", lifecycle="former")
        make_account(by, "Solo", lifecycle="customer")
    browser = alice.sign_in()
    page = browser.get("/accounts?group=lifecycle&sort=name").text
    assert page.count(OPEN) == 2
    assert ("Firm 24" in page, "Firm 25" in page) == (True, False)
    more = re.search(r'<a class="btn[^>]* href="([^"]*)"[^>]*>Show all 30<', page)
    assert more is not None
    page = browser.get(more[1].replace("&amp;", "&")).text
    assert "Firm 29" in page
    assert "Solo" not in page


def test_of_many_groups_with_many_rows_the_first_one_starts_open(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for number in range(45):
            make_account(by, f"Firm {number:02}", country=COUNTRIES[number % len(COUNTRIES)])
    browser = alice.sign_in()
    page = browser.get("/accounts?group=country").text
    assert page.count(OPEN) == 1
    assert page.index(OPEN) < page.index(f"<span>{heads(page)[1][0]}</span>")
    assert "Firm 44" not in page or heads(page)[0][0] == "United States"


def test_an_order_that_is_walked_opens_one_group_at_a_time(alice: Person, firms: None) -> None:
    browser = alice.sign_in()
    page = browser.get("/accounts?group=lifecycle&sort=city").text
    assert page.count(OPEN) == 1
    page = browser.get(link_to(page, "open=customer", "false")).text
    assert page.count(OPEN) == 1
    assert "Ash" in page


def test_open_groups_show_what_their_reader_may_see_and_the_filters_leave(
    acme: Workspace, alice: Person, bob: Person, firms: None
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Elm", lifecycle="customer", owner_id=alice.user_id)
    browser = bob.sign_in()
    page = browser.get("/accounts?group=lifecycle&owner_id=me").text
    assert [name in page for name in ("Ash", "Birch", "Cedar", "Elm")] == [True, True, True, False]
    page = browser.get("/accounts?group=lifecycle&owner_id=me&q=birch").text
    assert [name in page for name in ("Ash", "Birch", "Cedar", "Elm")] == [
        False,
        True,
        False,
        False,
    ]


def test_open_groups_cost_no_statement_for_each(
    acme: Workspace, alice: Person, firms: None
) -> None:
    browser = alice.sign_in()
    browser.get("/accounts?group=kind")
    with statements() as one:
        browser.get("/accounts?group=kind")
    with acme.acting(alice) as by:
        for number, industry in enumerate(("former", "prospect", "customer") * 3):
            make_account(by, f"Firm {number}", lifecycle=industry)
    browser.get("/accounts?group=lifecycle")
    with statements() as many:
        page = browser.get("/accounts?group=lifecycle").text
    assert page.count(OPEN) == 3
    assert len(many) <= len(one) + 1
    assert len(many) <= 25


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
