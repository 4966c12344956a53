"""What modules contribute: Home knows a widget by its declaration alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import text

from app.home import contributed
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import _
from app.records.widgets import LIST, REPORT, WIDGET, First, Widget
from tenants.facts import TenantFacts
from tests.cast import HostClient, Person, Workspace
from tests.factories import make_account, make_activity
from tests.home.conftest import clear, inside, put, titles

TEMPLATE = "sales/_won.html"


def declared(key: str = "won", module: str = "crm", **more: Any) -> Widget:
    given = {
        "label": _("Home"),
        "text": _("Home"),
        "icon": "trophy",
        "template": TEMPLATE,
        "make": lambda by: {"who": by.name},
        "is_for": lambda _by: True,
    }
    return Widget(key=key, module=module, **{**given, **more})


@pytest.fixture
def sales(app: Flask, monkeypatch: pytest.MonkeyPatch, only_shipped: None) -> None:
    """A template as a module brings it."""
    loader = DictLoader({TEMPLATE: "<b>Won by {{ who }}</b>"})
    monkeypatch.setattr(app.jinja_env, "loader", ChoiceLoader([loader, app.jinja_env.loader]))


def contribute(*widgets: Widget, first: Iterable[First] = ()) -> None:
    contributed.install(widgets, first)


@pytest.mark.usefixtures("sales")
def test_a_declared_widget_is_offered_put_on_home_and_drawn(alice: Person) -> None:
    contribute(declared())
    client = alice.sign_in()
    clear(client)
    assert 'value="widget:won"' in client.get("/home/arrange").text
    put(client, "widget", "won", name="Won")
    assert titles(client.get("/").text) == ["Won"]
    assert "<b>Won by Alice Archer</b>" in inside(client)


@pytest.mark.usefixtures("sales")
def test_what_a_module_ships_stands_on_home_at_first(alice: Person, bob: Person) -> None:
    contribute(
        declared(is_for=lambda by: by.rights.is_owner),
        first=(
            First(WIDGET, "won", is_wide=True),
            First(LIST, "contact", query="owner_id=me"),
            First(LIST, "contact"),
            First(REPORT, "new-contacts"),
            First(WIDGET, "gone"),
        ),
    )
    shipped = ["Contacts: Mine", "Contacts", "New contacts by month"]
    assert titles(alice.sign_in().get("/").text) == ["Home", *shipped]
    assert titles(bob.sign_in().get("/").text) == shipped


@pytest.mark.usefixtures("sales")
def test_with_its_module_off_a_widget_is_not_there(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    contribute(declared(module="sales"), first=(First(WIDGET, "won"),))
    monkeypatch.setattr(TenantFacts, "allows", lambda _self, _module: True)
    client = alice.sign_in()
    assert titles(client.get("/").text) == ["Home"]
    client.post("/home/arrange", data={"width": "widget-won:full"})
    monkeypatch.setattr(TenantFacts, "allows", lambda _self, module: module != "sales")
    assert "no such widget" in inside(client)
    assert 'value="widget:won"' not in client.get("/home/arrange").text
    client.post("/home/reset")
    assert titles(client.get("/").text) == []


@pytest.mark.usefixtures("sales")
def test_a_widget_that_is_refused_or_slow_says_so(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_by: Actor) -> Mapping[str, Any]:
        raise NotPermitted(_("Your role does not allow this."))

    def sleep(by: Actor) -> Mapping[str, Any]:
        by.session.execute(text("SELECT pg_sleep(30)"))
        return {}

    contribute(declared("refused", make=refuse), declared("slow", make=sleep), declared("quick"))
    monkeypatch.setattr("app.home.pages.content.LIMIT_MS", 20)
    client = alice.sign_in()
    clear(client)
    for key in ("refused", "slow", "quick"):
        put(client, "widget", key)
    assert "Your role does not allow this." in inside(client, 0)
    assert "Try again" in inside(client, 1)
    assert "Won by" in inside(client, 2)


def test_two_widgets_of_one_key_stop_the_start(only_shipped: None) -> None:
    with pytest.raises(ValueError, match="declared twice"):
        contribute(declared(), declared())


@pytest.fixture
def team(acme: Workspace, alice: Person, bob: Person) -> HostClient:
    """Bob has two late calls, one due today, and a quiet customer; Alice's Home shows the team."""
    with acme.acting(alice) as by:
        for due in ("2020-01-01T09:00", "2020-01-02T09:00", f"{by.today()}T23:59"):
            make_activity(by, "task", subject="Ring", due_at=due, owner_id=bob.user_id)
        make_account(by, "Quiet", owner_id=bob.user_id)
    client = alice.sign_in()
    clear(client)
    put(client, "widget", "team-day")
    return client


def test_the_team_s_day_tells_each_colleague_s_numbers(team: HostClient) -> None:
    shown = inside(team)
    row = shown.split("Bob Baker", 1)[1].split("</tr>", 1)[0]
    numbers = [one.split(">")[-1] for one in row.replace("</a>", "").split("</td>")[:-1]]
    assert numbers == ["2", "1", "1"]
    for link in ("due_at__lt=today", "due_at=today", "next_step_at__isnull=true"):
        assert link in row


def test_the_team_s_day_is_for_whoever_looks_after_others(dora: Person, team: HostClient) -> None:
    browser = dora.sign_in()
    assert "The team’s day" not in titles(browser.get("/").text)
    wish = {"kind": "widget", "of": "team-day"}
    assert browser.post("/home/widgets", data=wish).status_code == 404
