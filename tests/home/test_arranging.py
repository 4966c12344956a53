"""A Home is arranged by whoever reads it: put on, moved, widened, named, taken off, given up."""

from __future__ import annotations

import pytest

from app.home.placed import MOST
from app.reports.engine.definition import Definition, Grouped, Measure
from tenants.facts import TenantFacts
from tests.cast import HostClient, Person, Workspace
from tests.home.conftest import clear, ids, keep_report, put, save_view, titles


@pytest.fixture
def home(alice: Person) -> HostClient:
    """Alice's browser, with an empty Home of her own."""
    client = alice.sign_in()
    clear(client)
    return client


def arrange(client: HostClient, **form: str) -> None:
    answer = client.post("/home/arrange", data={"id": ids(client.get("/").text), **form})
    assert answer.status_code == 303, answer.text


def test_who_arranged_nothing_has_what_modules_ship(alice: Person) -> None:
    client = alice.sign_in()
    page = client.get("/").text
    assert titles(page) == [
        "The team’s day",
        "Activities by week and kind",
        "Accounts by lifecycle",
        "Your sales today",
        "Open opportunities by stage",
        "Who is leaving",
    ]
    assert "This is how Home is shipped" in client.get("/home/arrange").text


def test_a_report_is_put_on_home_from_its_page_once(acme: Workspace, alice: Person) -> None:
    report = keep_report(acme, alice)
    client = alice.sign_in()
    clear(client)
    page = client.get(f"/reports/{report}").text
    assert 'action="/home/widgets"' in page
    for _turn in range(2):
        put(client, "report", report)
    assert titles(client.get("/").text) == ["Firms by country"]


def test_a_list_is_put_on_home_as_it_is_filtered(alice: Person) -> None:
    client = alice.sign_in()
    clear(client)
    page = client.get("/accounts?country=DE").text
    assert 'href="/home/add/accounts?country=DE"' in page
    form = client.get("/home/add/accounts?country=DE").text
    assert 'name="query" value="country=DE"' in form
    put(client, "list", "account", query="country=DE", name="Germany", rows="10", width="full")
    page = client.get("/").text
    assert titles(page) == ["Germany"]
    assert "widget is-wide" in page


def test_a_saved_view_is_put_on_home_and_follows_its_name(alice: Person) -> None:
    client = alice.sign_in()
    clear(client)
    view = save_view(client, "country=DE", "German firms")
    form = client.get(f"/home/add/accounts?view={view}").text
    assert f'name="of" value="{view}"' in form
    put(client, "view", view)
    assert titles(client.get("/").text) == ["German firms"]
    changed = {"name": "Germany", "audience": "private", "query": "country=DE", "version": "1"}
    assert client.post(f"/accounts/views/{view}/edit", data=changed).status_code in (204, 303)
    assert titles(client.get("/").text) == ["Germany"]


def test_widgets_are_moved_widened_named_and_taken_off_without_script(
    acme: Workspace, alice: Person, home: HostClient
) -> None:
    for name in ("One", "Two", "Three"):
        put(home, "report", keep_report(acme, alice, name=name))
    first, second, third = ids(home.get("/").text)
    arrange(home, down=first)
    assert titles(home.get("/").text) == ["Two", "One", "Three"]
    arrange(home, up=third)
    assert titles(home.get("/").text) == ["Two", "Three", "One"]
    arrange(home, width=f"{second}:full")
    assert home.get("/").text.count("widget is-wide") == 1
    arrange(home, **{f"name-{third}": "  Our   firms "})
    assert titles(home.get("/").text) == ["Two", "Our firms", "One"]
    arrange(home, remove=second)
    assert titles(home.get("/").text) == ["Our firms", "One"]
    arrange(home, **{f"name-{third}": ""})
    assert titles(home.get("/").text) == ["Three", "One"]


def test_an_order_from_a_window_that_knows_less_takes_nothing_away(
    acme: Workspace, alice: Person, home: HostClient
) -> None:
    for name in ("One", "Two"):
        put(home, "report", keep_report(acme, alice, name=name))
    known = ids(home.get("/").text)
    put(home, "report", keep_report(acme, alice, name="Three"))
    home.post("/home/arrange", data={"id": known[::-1]})
    assert titles(home.get("/").text) == ["Two", "One", "Three"]


def test_a_name_that_is_too_long_is_said_beside_it_and_nothing_is_lost(
    acme: Workspace, alice: Person, home: HostClient
) -> None:
    put(home, "report", keep_report(acme, alice))
    [one] = ids(home.get("/").text)
    answer = home.post("/home/arrange", data={"id": [one], f"name-{one}": "x" * 81})
    assert answer.status_code == 422
    assert f'id="name-{one}-error"' in answer.text
    assert "x" * 81 in answer.text
    assert titles(home.get("/").text) == ["Firms by country"]


def test_a_home_holds_so_many_and_says_so(alice: Person, home: HostClient) -> None:
    for number in range(MOST):
        put(home, "list", "account", query=f"city=Town{number}")
    answer = home.post("/home/widgets", data={"kind": "list", "of": "account"})
    assert answer.status_code == 422
    assert "at most 24" in answer.text
    assert "This Home is full" in home.get("/home/arrange").text
    added = home.post("/home/arrange", data={"add": "list:account"})
    assert added.status_code == 422
    assert len(ids(home.get("/").text)) == MOST


def test_what_stands_on_home_is_not_offered_again_and_words_find_the_rest(
    acme: Workspace, alice: Person, home: HostClient
) -> None:
    report = keep_report(acme, alice)
    editor = home.get("/home/arrange").text
    assert f'value="report:{report}"' in editor
    assert 'value="list:account?owner_id=me"' in editor
    arrange(home, add=f"report:{report}")
    assert f'value="report:{report}"' not in home.get("/home/arrange").text
    found = home.get("/home/arrange?q=mine%20accounts").text
    assert 'value="list:account?owner_id=me"' in found
    assert 'value="list:contact?owner_id=me"' not in found


def test_back_to_the_role_s_is_back_to_the_role_s(alice: Person, home: HostClient) -> None:
    assert titles(home.get("/").text) == []
    assert home.post("/home/reset").status_code == 303
    assert len(titles(home.get("/").text)) == 6


def test_each_person_has_their_own(acme: Workspace, alice: Person, bob: Person) -> None:
    client = alice.sign_in()
    put(client, "list", "account", query="country=DE")
    assert "Accounts" not in titles(bob.sign_in().get("/").text)


@pytest.mark.parametrize(
    ("kind", "of", "status"),
    [
        ("report", "00000000-0000-7000-8000-000000000000", 404),
        ("report", "no-such-report", 404),
        ("view", "nonsense", 404),
        ("list", "spaceship", 404),
        ("widget", "no-such-widget", 404),
        ("", "", 422),
        ("teapot", "x", 422),
    ],
)
def test_what_is_not_there_is_not_put_on_home(
    home: HostClient, kind: str, of: str, status: int
) -> None:
    answer = home.post("/home/widgets", data={"kind": kind, "of": of})
    assert answer.status_code == status
    assert titles(home.get("/").text) == []


def test_a_list_by_a_filter_that_is_none_is_refused(home: HostClient) -> None:
    for query in ("no_such_field=1", "f=%7B", "country__near=DE"):
        wish = {"kind": "list", "of": "account", "query": query}
        assert home.post("/home/widgets", data=wish).status_code == 422


def test_a_read_only_workspace_keeps_homes_as_they_are(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = alice.sign_in()
    assert 'class="btn" href="/home/arrange"' in client.get("/").text
    monkeypatch.setattr(TenantFacts, "is_read_only", property(lambda self: True))
    assert 'class="btn" href="/home/arrange"' not in client.get("/").text
    wish = {"kind": "list", "of": "account"}
    assert client.post("/home/widgets", data=wish).status_code == 422
    assert client.post("/home/arrange", data={"add": "list:account"}).status_code == 422
    assert client.post("/home/reset").status_code == 422


def test_a_report_of_the_lines_of_orders_is_offered_as_others_are(
    acme: Workspace, alice: Person
) -> None:
    lines = Definition("order_line", (Grouped("product_id"),), (Measure(),))
    report = keep_report(acme, alice, lines, name="Lines by product", audience="everyone")
    client = alice.sign_in()
    clear(client)
    page = client.get("/home/arrange")
    assert page.status_code == 200
    put(client, "report", report)
    assert titles(client.get("/").text) == ["Lines by product"]
