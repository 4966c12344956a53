"""The columns of a list: chosen, ordered, widened, frozen; and the address that carries them."""

from __future__ import annotations

import re

import pytest

from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess, Reach
from app.records.pages import rows
from tests.cast import Person, Workspace
from tests.factories import make_opportunity
from tests.records.pages.conftest import Fence


def heads(html: str) -> list[str]:
    return re.findall(r'<th scope="col" data-col="([^"]+)"', html)


def widths(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<col data-key="([^"]+)" width="([0-9]+)"', html)


def test_the_address_names_the_columns_in_their_order(fence: Fence, alice: Person) -> None:
    page = alice.client.get("/accounts?cols=city,phone,owner_id").text
    assert heads(page) == ["name", "city", "phone", "owner_id"]
    assert 'data-label="City"' in page
    assert 'data-label="Lifecycle"' not in page


def test_a_list_without_columns_has_those_of_its_type(fence: Fence, alice: Person) -> None:
    usual = heads(alice.client.get("/accounts").text)
    assert heads(alice.client.get("/accounts?cols=").text) == usual
    assert heads(alice.client.get("/accounts?cols=nonsense,also<this").text) == usual


def test_a_chosen_column_is_shown_on_every_screen(fence: Fence, alice: Person) -> None:
    assert "wide-only" in alice.client.get("/accounts").text
    assert "wide-only" not in alice.client.get("/accounts?cols=lifecycle,industry,city").text


def left_out(html: str) -> dict[str, str]:
    """The columns of a list that a usual screen has no room for, with all their classes."""
    found = re.findall(r'<th scope="col" data-col="([^"]+)" class="([^"]*wide-only[^"]*)"', html)
    return dict(found)


def test_the_state_of_what_is_listed_goes_before_its_other_words(
    acme: Workspace, fence: Fence, alice: Person
) -> None:
    accounts = left_out(alice.client.get("/accounts").text)
    assert "industry" in accounts
    assert not {"lifecycle", "customer_kind"} & set(accounts)
    with acme.acting(alice) as by:
        make_opportunity(by, account_id=str(fence.account))
    sales = left_out(alice.client.get("/opportunities").text)
    assert sales == {"account_id": "wide-only"}  # Not `hide-phone`: a card has room for it.


def test_a_column_that_its_reader_may_not_see_is_left_out(
    acme: Workspace, fence: Fence, alice: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        hidden = {("account", "phone"): FieldAccess.HIDDEN}
        write_rights(by, role, {("account", "read"): Reach.ALL}, hidden)
    page = dora.client.get("/accounts?cols=phone,city").text
    assert heads(page) == ["name", "city"]
    assert "79460301" not in page.replace(" ", "")
    assert "width-phone" not in dora.client.get("/accounts/columns").text
    assert "width-phone" in alice.client.get("/accounts/columns").text


def test_one_width_gives_every_column_one(fence: Fence, alice: Person) -> None:
    page = alice.client.get("/accounts?cols=name:320,city:90,phone").text
    assert widths(page) == [("name", "320"), ("city", "90"), ("phone", "140")]
    assert 'class="table is-sized"' in page
    assert widths(alice.client.get("/accounts?cols=name,city").text) == []
    wild = alice.client.get("/accounts?cols=city:9999,phone:1").text
    assert widths(wild)[1:] == [("city", "900"), ("phone", "60")]


def test_order_pages_and_search_keep_the_look(fence: Fence, alice: Person) -> None:
    look = "cols=city%2Cphone%3A120&freeze=2&density=compact"
    page = alice.client.get(f"/accounts?{look}").text
    assert f'href="/accounts?sort=name&amp;{look.replace("&", "&amp;")}"' in page
    assert '<input type="hidden" name="cols" value="city,phone:120" form="filters">' in page
    assert 'data-freeze="2"' in page
    assert "is-compact" in page
    record = re.search(r'class="who-name" href="([^"]+)"', page)
    assert record is not None
    back = alice.client.get(record[1].replace("&amp;", "&")).text
    assert f'<a href="/accounts?{look.replace("&", "&amp;")}">Accounts</a>' in back


def test_the_form_leads_to_the_list_with_what_was_chosen(fence: Fence, alice: Person) -> None:
    answer = alice.client.post(
        "/accounts/columns",
        data={
            "query": "q=fence&sort=name&cols=city",
            "col": ["name", "phone", "city"],
            "width-phone": "150",
            "freeze": "2",
            "density": "compact",
        },
    )
    assert answer.status_code == 303
    assert answer.location == (
        "/accounts?q=fence&sort=name&cols=name%2Cphone%3A150%2Ccity&freeze=2&density=compact"
    )
    assert heads(alice.client.get(answer.location).text) == ["name", "phone", "city"]


def test_the_usual_columns_come_back(fence: Fence, alice: Person) -> None:
    data = {"query": "q=fence&cols=city", "reset": "1", "col": ["city"]}
    assert alice.client.post("/accounts/columns", data=data).location == "/accounts?q=fence"


def test_a_column_moves_without_script_too(fence: Fence, alice: Person) -> None:
    data = {"col": ["name", "city", "phone"], "width-city": "150"}
    page = alice.client.post("/accounts/columns", data={**data, "up": "phone"}).text
    assert page.index('value="phone"') < page.index('value="city"')
    assert 'name="width-city" value="150"' in page
    page = alice.client.post("/accounts/columns", data={**data, "down": "city"}).text
    assert page.index('value="phone"') < page.index('value="city"')


@pytest.mark.parametrize("width", ["wide", "-5", "1.5", "１２a"])
def test_a_width_that_is_no_number_is_told_beside_its_field(width: str, alice: Person) -> None:
    data = {"col": ["name", "city"], "width-city": width}
    answer = alice.client.post("/accounts/columns", data=data)
    assert answer.status_code == 422
    assert 'id="width-city-error"' in answer.text
    assert "A whole number of pixels" in answer.text
    assert f'name="width-city" value="{width}"' in answer.text


def test_many_choices_of_columns_leave_few_templates(fence: Fence, alice: Person) -> None:
    for key in ("city", "phone", "email", "website", "industry"):
        for other in ("province", "district", "address"):
            assert alice.client.get(f"/accounts?cols={key}:99,{other}").status_code == 200
    before = len(rows._plans)
    for width in (60, 200, 333):
        alice.client.get(f"/accounts?cols=city:{width},province")
    assert len(rows._plans) == before, "a width is no template of its own"
    assert before <= rows.KEPT
