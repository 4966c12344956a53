"""Saved views: lists with a name, for oneself, a team or everyone, within everybody's rights."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from app.events.models import Event
from app.identity.models import Role, User
from app.identity.operations.roles import role_by_key, write_rights
from app.identity.operations.teams import create_team
from app.identity.operations.users import change_team
from app.kernel.actor import FieldAccess, Reach
from app.records.views import view_counts
from app.records.views.models import RoleView, SavedView
from tests.cast import Person, Workspace
from tests.factories import make_account

LEEDS = "city=Leeds&cols=city%2Cphone"


def keep(person: Person, name: str, query: str = LEEDS, **more: object) -> str:
    """Save a list of accounts as a view; answers with its address."""
    data = {"name": name, "audience": "private", "query": query, **more}
    answer = person.client.post("/accounts/views/new", data=data)
    assert answer.status_code == 303, answer.text
    return answer.location


def view_of(address: str) -> str:
    return address.partition("view=")[2]


def names(html: str) -> list[str]:
    return re.findall(r'<a class="who-name"[^>]*>([^<]*)</a>', html)


def tabs(html: str) -> list[str]:
    nav = re.search(r'<nav class="views".*?</nav>', html, re.DOTALL)
    assert nav is not None
    return re.findall(r'<a class="view"[^>]*>([^<]+)', nav[0])


@pytest.fixture
def firms(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Leeds Ltd", city="Leeds")
        make_account(by, "York Ltd", city="York")


@pytest.fixture(autouse=True)
def _no_counts_from_before() -> Iterator[None]:
    view_counts._kept.clear()
    yield
    view_counts._kept.clear()


def test_a_list_is_kept_as_a_view_and_opens_by_its_short_address(
    firms: None, alice: Person
) -> None:
    address = keep(alice, "  Leeds   customers ")
    page = alice.client.get(address).text
    assert names(page) == ["Leeds Ltd"]
    assert tabs(page) == ["All", "Mine", "Pool", "Leeds customers"]
    assert f'href="{address}" aria-current="page"' in page
    assert 'data-col="phone"' in page
    assert "Unsaved changes</span>" not in page


def test_a_view_needs_a_name(firms: None, alice: Person) -> None:
    data = {"name": " ", "audience": "private", "query": LEEDS}
    answer = alice.client.post("/accounts/views/new", data=data)
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert 'value="city=Leeds&amp;cols=city%2Cphone"' in answer.text


def test_what_differs_from_a_view_is_told_saved_and_undone(firms: None, alice: Person) -> None:
    address = keep(alice, "Leeds")
    page = alice.client.get(f"{address}&city=York").text
    assert names(page) == ["York Ltd"]
    assert "Unsaved changes</span>" in page
    assert f'href="{address}">Reset' in page
    # Taking its only filter away is a difference too, and no way back to the view.
    plain = alice.client.get(f"{address}&sort=-last_activity_at").text
    assert len(names(plain)) == 2
    saved = alice.client.post(
        f"/accounts/views/{view_of(address)}/save", data={"query": "city=York"}
    )
    assert saved.location == address
    assert names(alice.client.get(address).text) == ["York Ltd"]


def test_order_search_and_pages_keep_the_view(firms: None, alice: Person) -> None:
    address = keep(alice, "Leeds", "sort=name")
    with_search = alice.client.get(f"{address}&q=&sort=name")
    assert with_search.headers["HX-Replace-Url"] == address
    page = alice.client.get(address).text
    assert f'<input type="hidden" name="view" value="{view_of(address)}" form="filters">' in page
    assert f'{address}&amp;sort=-name"' in page
    record = re.search(r'class="who-name" href="([^"]+)"', page)
    assert record is not None
    back = alice.client.get(record[1].replace("&amp;", "&")).text
    assert f'<a href="{address}">Accounts</a>' in back
    assert 'aria-label="Next in the list"' in back


def test_a_private_view_is_its_owners_alone(firms: None, alice: Person, bob: Person) -> None:
    address = keep(alice, "Secret plan")
    assert "Secret plan" not in bob.client.get("/accounts").text
    assert bob.client.get(address).status_code == 404
    for verb in ("edit", "save", "delete", "restore", "pin", "default"):
        path = f"/accounts/views/{view_of(address)}/{verb}"
        assert bob.client.post(path, data={"name": "Mine now"}).status_code == 404, verb


def test_sharing_with_everyone_needs_the_right(firms: None, alice: Person, bob: Person) -> None:
    data = {"name": "For all", "audience": "everyone", "query": LEEDS}
    answer = bob.client.post("/accounts/views/new", data=data)
    assert answer.status_code == 422
    assert "may not share views with everyone" in answer.text
    assert 'value="everyone"' not in bob.client.get("/accounts/views/new").text
    address = keep(alice, "For all", audience="everyone")
    assert "For all" in tabs(bob.client.get("/accounts").text)
    # It is read, pinned and begun with by all, and changed by none of them.
    path = f"/accounts/views/{view_of(address)}"
    assert bob.client.post(f"{path}/delete").status_code == 403
    assert bob.client.post(f"{path}/save", data={"query": ""}).status_code == 403
    assert bob.client.post(f"{path}/pin", data={"on": "1"}).status_code == 303


def test_a_team_shares_with_those_below_and_not_above(
    acme: Workspace, firms: None, alice: Person, bob: Person, dora: Person
) -> None:
    with acme.acting(alice) as by:
        sales = create_team(by, name="Sales")
        north = create_team(by, name="North", parent=sales)
        change_team(by, by.session.get_one(User, bob.user_id), sales)
        change_team(by, by.session.get_one(User, dora.user_id), north)
    keep(bob, "Of sales", audience="team")
    keep(dora, "Of the north", audience="team")
    assert "Of sales" in tabs(dora.client.get("/accounts").text)
    assert "Of the north" not in tabs(bob.client.get("/accounts").text)
    assert "Of sales" not in tabs(alice.client.get("/accounts").text)
    with acme.acting(alice) as by:
        change_team(by, by.session.get_one(User, dora.user_id), None)
    assert "Of sales" not in tabs(dora.client.get("/accounts").text), "who left the team lost it"


def test_a_view_by_a_hidden_field_says_so_and_shows_nothing(
    acme: Workspace, firms: None, alice: Person, dora: Person
) -> None:
    address = keep(alice, "In Leeds", "city=Leeds", audience="everyone")
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        hidden = {("account", "city"): FieldAccess.HIDDEN}
        write_rights(by, role, {("account", "read"): Reach.ALL}, hidden)
    answer = dora.client.get(address)
    assert answer.status_code == 200
    assert "This view can’t be shown to you" in answer.text
    assert "Leeds Ltd" not in answer.text
    assert "city=" not in answer.text.lower()
    assert dora.client.get("/accounts/views/counts").json == {}
    assert list(alice.client.get("/accounts/views/counts").json.values()) == ["1"]


def test_numbers_are_counted_after_the_page_and_kept_a_minute(
    acme: Workspace, firms: None, alice: Person
) -> None:
    address = keep(alice, "Leeds")
    page = alice.client.get("/accounts").text
    assert f'data-view-count="{view_of(address)}"></span>' in page
    assert alice.client.get("/accounts/views/counts").json == {view_of(address): "1"}
    with acme.acting(alice) as by:
        make_account(by, "Leeds Two", city="Leeds")
    assert alice.client.get("/accounts/views/counts").json == {view_of(address): "1"}


def test_views_cost_a_page_no_statement(
    firms: None, alice: Person, count_statements: Callable[[Person, str], int]
) -> None:
    before = count_statements(alice, "/accounts")
    address = keep(alice, "Leeds", pin="1")
    keep(alice, "Other", "city=York")
    assert count_statements(alice, "/accounts") == before
    assert count_statements(alice, address) <= before


def test_a_pinned_view_stands_in_the_rail_of_its_reader(
    firms: None, alice: Person, bob: Person
) -> None:
    address = keep(alice, "Leeds", audience="everyone", pin="1")
    rail = re.search(r'<aside class="rail".*?</aside>', alice.client.get("/").text, re.DOTALL)
    assert rail is not None
    assert f'href="{address}"' in rail[0]
    assert address not in bob.client.get("/").text
    alice.client.post(f"/accounts/views/{view_of(address)}/pin", data={"on": "0"})
    assert address not in alice.client.get("/").text


def test_a_list_begins_with_ones_own_view_else_with_that_of_ones_role(
    acme: Workspace, firms: None, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        role_id = by.session.scalars(select(Role.id).where(Role.key == "sales_rep")).one()
        make_account(by, "Bob's in York", city="York", owner_id=str(bob.user_id))
    keep(alice, "York", "city=York", audience="everyone", role=[str(role_id)])
    page = bob.client.get("/accounts").text
    assert names(page) == ["Bob&#39;s in York"]
    assert 'aria-current="page">York' in page
    assert 'href="/accounts?view=all"' in page
    own = keep(bob, "Leeds", "city=Leeds", default="1")
    assert names(bob.client.get("/accounts").text) == []
    assert names(bob.client.get("/accounts?view=all").text) == ["Bob&#39;s in York"]
    bob.client.post(f"/accounts/views/{view_of(own)}/default", data={"on": "0"})
    assert 'aria-current="page">York' in bob.client.get("/accounts").text
    assert 'aria-current="page">All' in alice.client.get("/accounts").text


def test_only_a_view_for_everyone_can_be_a_roles_first(
    acme: Workspace, firms: None, alice: Person
) -> None:
    with acme.acting(alice) as by:
        role_id = by.session.scalars(select(Role.id).where(Role.key == "viewer")).one()
    data = {"name": "X", "audience": "private", "query": LEEDS, "role": [str(role_id)]}
    answer = alice.client.post("/accounts/views/new", data=data)
    assert answer.status_code == 422
    assert "Only a view for everyone" in answer.text
    address = keep(alice, "Y", audience="everyone", role=[str(role_id)])
    again = {"name": "Y", "audience": "private", "query": LEEDS}
    assert (
        alice.client.post(f"/accounts/views/{view_of(address)}/edit", data=again).status_code == 303
    )
    with acme.acting(alice) as by:
        assert by.session.scalars(select(RoleView)).all() == []


def test_deleting_a_view_can_be_undone(firms: None, alice: Person) -> None:
    address = keep(alice, "Leeds")
    path = f"/accounts/views/{view_of(address)}"
    assert alice.client.post(f"{path}/delete").location == "/accounts"
    page = alice.client.get("/accounts").text
    assert f'action="{path}/restore"' in page
    assert "Leeds" not in tabs(page)
    assert alice.client.get(address).status_code == 404
    assert alice.client.post(f"{path}/restore").location == address
    assert names(alice.client.get(address).text) == ["Leeds Ltd"]


def test_views_are_put_in_order_by_each_reader(firms: None, alice: Person, bob: Person) -> None:
    first = keep(alice, "First", audience="everyone")
    second = keep(alice, "Second", audience="everyone")
    ids = [view_of(second), view_of(first)]
    assert alice.client.post("/accounts/views", data={"id": ids}).status_code == 303
    assert tabs(alice.client.get("/accounts").text)[3:] == ["Second", "First"]
    assert tabs(bob.client.get("/accounts").text)[-2:] == ["First", "Second"]
    data = {"id": ids, "down": view_of(second)}
    alice.client.post("/accounts/views", data=data)
    assert tabs(alice.client.get("/accounts").text)[3:] == ["First", "Second"]


def test_views_beyond_six_are_in_a_menu_and_the_open_one_is_a_tab(
    firms: None, alice: Person
) -> None:
    for number in range(8):
        last = keep(alice, f"View {number}")
    page = alice.client.get("/accounts").text
    assert tabs(page)[-1] == "View 5"
    assert "2 more" in page
    assert tabs(alice.client.get(last).text)[-1] == "View 7"


def test_two_who_edit_one_view_are_told(acme: Workspace, firms: None, alice: Person) -> None:
    path = f"/accounts/views/{view_of(keep(alice, 'Leeds'))}"
    data = {"name": "Once", "audience": "private", "version": "1"}
    assert alice.client.post(f"{path}/edit", data=data).status_code == 303
    answer = alice.client.post(f"{path}/edit", data={**data, "name": "Twice"})
    assert answer.status_code == 409
    assert 'value="Twice"' in answer.text


@pytest.mark.parametrize("query", ["secret=1", "city__like=x"])
def test_a_made_up_list_is_not_kept(query: str, alice: Person) -> None:
    data = {"name": "X", "audience": "private", "query": query}
    assert alice.client.post("/accounts/views/new", data=data).status_code == 422


def test_the_audit_tells_what_became_of_a_view(acme: Workspace, firms: None, alice: Person) -> None:
    view_id = UUID(view_of(keep(alice, "Leeds")))
    alice.client.post(f"/accounts/views/{view_id}/delete")
    with acme.acting(alice) as by:
        told = by.session.scalars(select(Event).where(Event.record_id == view_id)).all()
        assert {one.verb for one in told} == {"created", "deleted"}
        assert by.session.get_one(SavedView, view_id).deleted_at is not None
