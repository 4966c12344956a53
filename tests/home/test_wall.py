"""The wall, and what a Home costs: bounded, however many widgets there are."""

from __future__ import annotations

import re

from app.home.placed import MOST
from app.reports.engine.definition import Definition, Grouped, Measure
from tests.cast import HostClient, Person, Workspace
from tests.factories import make_account, make_activity
from tests.home.conftest import clear, ids, keep_report, put, titles
from tests.records.pages.conftest import statements


def test_the_wall_shows_the_numbers_and_the_widgets_and_renews_itself(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        make_activity(by, "task", subject="Ring", due_at="2020-01-01T09:00")
    client = alice.sign_in()
    clear(client)
    put(client, "list", "account", name="Firms")
    wall = client.get("/home/wall").text
    assert titles(wall) == ["Firms"]
    assert 'data-theme="dark"' in wall
    assert '<aside class="rail"' not in wall
    assert 'data-hx-trigger="load, every 60s"' in wall
    assert "<dd>1</dd><dt>Overdue</dt>" in wall
    assert "What Alice Archer has to do, as of" in wall  # The screen hangs where all see it.
    assert 'href="/"' in wall


def test_the_wall_belongs_to_a_session(alice: Person, bob: Person) -> None:
    client = alice.sign_in()
    put(client, "list", "account", name="Hers")
    assert "Hers" not in bob.sign_in().get("/home/wall").text
    client.post("/logout")
    answer = client.get("/home/wall")
    assert answer.status_code in (302, 303)
    assert "/login" in answer.headers["Location"]


def test_parts_of_the_wall_are_renewed_by_themselves(alice: Person) -> None:
    client = alice.sign_in()
    part = {"HX-Request": "true", "HX-Target": "div#wall-counts"}
    counts = client.get("/home/wall", headers=part).text
    assert "wall-as-of" in counts
    assert "<html" not in counts
    part["HX-Target"] = "div#wall-widgets"
    widgets = client.get("/home/wall", headers=part).text
    assert 'id="widgets"' in widgets
    assert "wall-as-of" not in widgets


def cost(client: HostClient, path: str) -> int:
    client.get(path)
    with statements() as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_a_home_full_of_widgets_costs_the_page_two_statements_more_than_an_empty_one(
    acme: Workspace, alice: Person
) -> None:
    client = alice.sign_in()
    clear(client)
    bare = cost(client, "/")
    for number in range(MOST - 8):
        put(client, "list", "account", query=f"city=Town{number}")
    for number in range(8):
        put(client, "report", keep_report(acme, alice, name=f"Report {number}"))
    assert len(ids(client.get("/").text)) == MOST
    full = cost(client, "/")
    assert full <= bare + 2, "the reports by their ids, and the teams that share them"
    assert full <= 25
    assert cost(client, "/home/wall") <= 25
    assert cost(client, "/home/arrange") <= 25


def test_a_widget_runs_few_statements(acme: Workspace, alice: Person) -> None:
    client = alice.sign_in()
    clear(client)
    put(client, "report", keep_report(acme, alice))
    put(client, "list", "account")
    put(client, "widget", "team-day")
    for one in ids(client.get("/").text):
        assert cost(client, f"/home/widgets/{one}") <= 20


def test_a_pivot_of_several_numbers_names_each_and_is_a_table_where_it_is_too_wide(
    acme: Workspace, alice: Person
) -> None:
    two = (Measure(), Measure("distinct", "owner_id"))
    groups = (Grouped("kind"), Grouped("country"))
    key = keep_report(acme, alice, Definition("account", groups, two, shape="pivot"))
    with acme.acting(alice) as by:
        for country in ("DE", "GB"):
            make_account(by, f"Firm of {country}", country=country)
    client = alice.sign_in()
    clear(client)
    put(client, "report", key)
    part = {"HX-Request": "true", "HX-Target": "div#wall-widgets"}
    place = re.findall(r'data-hx-get="(/home/widgets/[^"]*)"', client.get("/").text)[0]
    narrow = client.get(place, headers=part).text
    assert narrow.count('scope="colgroup" colspan="2"') == 3
    assert narrow.count('<th class="num" scope="col">Owner: different ones</th>') == 3
    with acme.acting(alice) as by:
        for country in ("AT", "CH"):
            make_account(by, f"Firm of {country}", country=country)
    wide = client.get(place, headers=part).text
    assert "colspan" not in wide
    assert wide.count('<th class="num" scope="col">Owner: different ones</th>') == 1
