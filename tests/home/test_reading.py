"""What a widget shows is what its reader may see, and what stands against it is said there."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest

from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.records.filters import Filter
from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.models import Report
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity
from tests.home.conftest import clear, ids, inside, keep_report, put, save_view, titles

NUMBER = re.compile(r'<td class="num">(?:<a href="([^"]*)">)?([^<]*)')


@pytest.fixture
def firms(acme: Workspace, alice: Person, bob: Person) -> None:
    """Two German firms of Bob's, one British of Alice's."""
    with acme.acting(alice) as by:
        for name, country, owner in (
            ("Zug", "DE", bob.user_id),
            ("Öl", "DE", bob.user_id),
            ("Tea <b>", "GB", alice.user_id),
        ):
            make_account(by, name, country=country, owner_id=owner, city=name)


def hide(acme: Workspace, person: Person, kind: str, key: str) -> None:
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        access = int(FieldAccess.HIDDEN)
        session.add(FieldRule(role_id=role.id, record_type=kind, field=key, access=access))
        role.stamp = new_id()


def numbers(html: str) -> list[str]:
    return [text for _url, text in NUMBER.findall(html)]


@pytest.mark.usefixtures("firms")
def test_a_report_shows_its_numbers_and_each_opens_its_rows(acme: Workspace, alice: Person) -> None:
    client = alice.sign_in()
    clear(client)
    put(client, "report", keep_report(acme, alice))
    shown = inside(client)
    assert numbers(shown) == ["2", "1", "3"]
    [german, *_others] = [unescape(url) for url, _text in NUMBER.findall(shown)]
    assert "Zug" in client.get(german).text


@pytest.mark.usefixtures("firms")
def test_a_reader_s_own_rights_decide_what_a_widget_counts(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    report = keep_report(acme, alice, audience="everyone")
    client = bob.sign_in()
    clear(client)
    put(client, "report", report)
    put(client, "list", "account")
    assert numbers(inside(client)) == ["2", "2"]
    listed = inside(client, 1)
    assert "Zug" in listed
    assert "Tea" not in listed
    assert "2 accounts" in listed


def test_a_report_without_groups_is_one_number_and_zero_is_one(
    acme: Workspace, alice: Person
) -> None:
    client = alice.sign_in()
    clear(client)
    put(client, "report", keep_report(acme, alice, Definition("account")))
    assert '<dl class="figures">' in inside(client)
    assert re.search(r"<dd>(<a [^>]*>)?0<", inside(client))


@pytest.mark.usefixtures("firms")
def test_a_chart_is_drawn_and_a_long_table_says_how_much_more_there_is(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        for number in range(12):
            make_account(by, f"Firm {number}", city=f"Town {number:02}")
    client = alice.sign_in()
    clear(client)
    drawn = Definition("account", (Grouped("country"),), (Measure(),), shape="bar")
    put(client, "report", keep_report(acme, alice, drawn, name="Drawn"))
    by_city = Definition("account", (Grouped("city"),), (Measure(),))
    put(client, "report", keep_report(acme, alice, by_city, name="By city"))
    assert "data-charts" in client.get("/").text
    assert 'data-chart="' in inside(client)
    table = inside(client, 1)
    assert table.count("<tr") == 1 + 8 + 1
    assert "7 more rows in the report" in table


def test_nothing_is_said_to_be_nothing(acme: Workspace, alice: Person) -> None:
    client = alice.sign_in()
    clear(client)
    put(client, "report", keep_report(acme, alice))
    put(client, "list", "account", query="country=DE")
    assert "No record fits" in inside(client)
    assert "Nothing in this list" in inside(client, 1)


@pytest.mark.usefixtures("firms")
def test_what_was_deleted_says_so_and_leads_out(acme: Workspace, alice: Person) -> None:
    client = alice.sign_in()
    clear(client)
    report = keep_report(acme, alice)
    view = save_view(client, "country=DE", "German firms")
    put(client, "report", report)
    put(client, "view", view)
    client.post(f"/reports/{report}/delete")
    client.post(f"/accounts/views/{view}/delete")
    page = client.get("/").text
    assert titles(page) == ["Report", "Saved view"]
    for number, told in ((0, "This report was deleted"), (1, "This view was deleted")):
        shown = inside(client, number)
        assert told in shown
        assert 'href="/home/arrange"' in shown
    assert client.get("/home/arrange").text.count("not there any more") == 2
    client.post("/home/arrange", data={"id": ids(page), "remove": ids(page)[0]})
    assert titles(client.get("/").text) == ["Saved view"]
    client.post(f"/accounts/views/{view}/restore")
    assert titles(client.get("/").text) == ["German firms"]


@pytest.mark.usefixtures("firms")
def test_what_is_no_longer_shared_is_not_named(acme: Workspace, alice: Person, bob: Person) -> None:
    report = keep_report(acme, alice, name="Secret plan", audience="everyone")
    client = bob.sign_in()
    clear(client)
    put(client, "report", report)
    assert titles(client.get("/").text) == ["Secret plan"]
    with acme.acting(alice) as by:
        by.session.get_one(Report, UUID(report)).audience = "private"
    assert "Secret plan" not in client.get("/").text
    assert "Secret plan" not in client.get("/home/arrange").text
    assert "This report was deleted, or is not shared with you." in inside(client)


@pytest.mark.usefixtures("firms")
def test_a_filter_by_a_hidden_field_is_not_betrayed(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    filtered = Definition(
        "account", (Grouped("country"),), (Measure(),), (Filter("city", "eq", "Zug"),)
    )
    report = keep_report(acme, alice, filtered, audience="everyone")
    client = bob.sign_in()
    clear(client)
    put(client, "report", report)
    put(client, "list", "account", query="city=Zug")
    assert "Zug" in inside(client, 1)
    hide(acme, bob, "account", "city")
    for number in range(2):
        shown = inside(client, number)
        assert "Zug" not in shown
        assert not numbers(shown)
        assert 'href="/home/arrange"' in shown


@pytest.mark.usefixtures("firms")
def test_a_hidden_group_and_a_hidden_column_are_left_out(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    report = keep_report(acme, alice, audience="everyone")
    client = bob.sign_in()
    clear(client)
    put(client, "report", report)
    put(client, "list", "account", query="cols=country")
    assert "Germany" in inside(client, 1)
    hide(acme, bob, "account", "country")
    assert "Your role does not show Country" in inside(client)
    assert "Germany" not in inside(client, 1)


def test_a_title_is_shown_as_it_was_typed(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_account(by, "<script>x</script>")
    client = alice.sign_in()
    clear(client)
    put(client, "list", "account", name="<i>Mine</i>")
    assert "<i>Mine" not in client.get("/").text
    assert "<script>x" not in inside(client)
    assert "&lt;script&gt;x" in inside(client)


def test_a_list_shows_as_many_rows_as_it_is_told(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        for number in range(12):
            make_account(by, f"Firm {number:02}")
    client = alice.sign_in()
    clear(client)
    put(client, "list", "account", rows="3")
    assert inside(client).count("<tr>") == 1 + 3
    assert "12 accounts" in inside(client)
    [one] = ids(client.get("/").text)
    client.post("/home/arrange", data={"id": [one], f"rows-{one}": "10"})
    assert inside(client).count("<tr>") == 1 + 10


def test_a_widget_without_script_is_a_page_by_itself(alice: Person) -> None:
    client = alice.sign_in()
    clear(client)
    put(client, "list", "account")
    [one] = ids(client.get("/").text)
    page = client.get(f"/home/widgets/{one}").text
    assert "<h1>Accounts</h1>" in page
    assert f'<a class="btn btn-sm" href="/home/widgets/{one}">' in client.get("/").text


def test_a_widget_of_somebody_else_s_home_is_nobody_s(alice: Person, bob: Person) -> None:
    client = alice.sign_in()
    put(client, "list", "account", name="Hers")
    own = ids(client.get("/").text)[-1]
    assert bob.sign_in().get(f"/home/widgets/{own}").status_code == 404


@pytest.mark.usefixtures("firms")
def test_a_report_past_its_time_says_so_and_the_next_one_stands(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = alice.sign_in()
    clear(client)
    put(client, "report", keep_report(acme, alice))
    put(client, "list", "account")
    monkeypatch.setattr("app.home.pages.content.LIMIT_MS", 20)
    monkeypatch.setattr("app.home.pages.content.shown_report", _slow)
    slow = inside(client)
    assert "longer than" in slow
    assert "Try again" in slow
    monkeypatch.setattr("app.home.pages.content.LIMIT_MS", 2000)
    assert "Zug" in inside(client, 1)


def _slow(_definition: Definition, by: object) -> None:
    from sqlalchemy import text

    by.session.execute(text("SELECT pg_sleep(30)"))  # type: ignore[attr-defined]


def test_a_period_is_that_of_today(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_activity(by, "call")
    client = alice.sign_in()
    clear(client)
    lately = Definition("activity", (), (Measure(),), (), Period("at", "this_month", "before"))
    put(client, "report", keep_report(acme, alice, lately))
    assert "before: 0" in inside(client)
