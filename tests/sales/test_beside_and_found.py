"""Opportunities beside their customer, found by its name, in reports and on Home."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, update

from app.crm.jobs import refresh_every_contact_s_keys, refresh_keys_of_named
from app.crm.operations import named_after
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.searchkeys import OTHER
from app.modules import install_record_types
from app.records.door import perform
from app.records.many import perform_many
from app.records.query import Query, count, page
from app.records.registry import registry
from app.sales.models import Opportunity
from app.sales.operations.opportunities import today
from app.sales.pages.sales_day import is_for, sales_day
from app.sales.reports import REPORTS
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact, make_opportunity
from tests.records.pages.conftest import statements
from tests.sales.conftest import narrow

install_record_types()
OURS = [one.key for one in REPORTS if one.definition.record_type == "opportunity"]


def panel(person: Person, path: str) -> str:
    """The panel of opportunities on a record's page."""
    text = unescape(person.client.get(path).text)
    return text.partition('aria-label="Add an opportunity"')[2].partition("</div>")[0]


def found_by(by: Actor, q: str) -> set[str]:
    """The names of the opportunities that a search finds; its count must agree."""
    opportunity = registry().type("opportunity")
    names = {row.name for row in page(opportunity, Query(q=q), by, ["name"]).rows}
    assert count(opportunity, Query(q=q), by) == len(names)
    return names


def test_account_and_contact_show_their_opportunities_what_is_open_first(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        person = make_contact(by, account_id=str(firm.id))
        both = {"account_id": str(firm.id), "contact_id": str(person.id)}
        lost = make_opportunity(by, "Old gate", **both)
        perform("opportunity", "lose", lost, by=by, reason="price")
        make_opportunity(by, "New fence", amount="1200", close_on="2031-05-05", **both)
        make_opportunity(by, "Elsewhere")
        make_opportunity(by, "Firm’s alone", account_id=str(firm.id))
    shown = panel(alice, f"/accounts/{firm.id}")
    assert shown.index("New fence") < shown.index("Old gate")
    assert "£1,200.00" in shown
    assert "Lost" in shown
    assert "Elsewhere" not in shown
    beside = panel(alice, f"/contacts/{person.id}")
    assert "New fence" in beside
    assert "Firm’s alone" not in beside
    adding = alice.client.get(f"/contacts/{person.id}").text
    assert f"contact_id={person.id}&amp;account_id={firm.id}" in adding


def test_a_panel_tells_no_more_than_its_reader_sees(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce", owner_id=str(bob.user_id))
        his = {"account_id": str(firm.id), "owner_id": str(bob.user_id)}
        make_opportunity(by, "New fence", amount="1200", **his)
    path = f"/accounts/{firm.id}"
    assert "£1,200.00" in panel(bob, path)
    narrow(acme, bob, "amount", FieldAccess.HIDDEN)
    assert "New fence" in panel(bob, path)
    assert "£1,200.00" not in panel(bob, path)
    narrow(acme, bob, "account_id", FieldAccess.HIDDEN)
    assert "New fence" not in bob.client.get(path).text


def test_an_opportunity_is_found_by_its_customer(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "云杉智能 Spruce")
        make_opportunity(by, "Forty fences", account_id=str(firm.id))
        make_opportunity(by, "Gate", account_id=str(make_account(by, "Maple").id))
        for q in ("spruce", "sp", "云杉", "yunshan", "fences spruce"):
            assert found_by(by, q) == {"Forty fences"}, q


def test_a_renamed_customer_finds_its_opportunities_by_the_new_name_alone(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        open_one = make_opportunity(by, "Forty fences", account_id=str(firm.id))
        gone = make_opportunity(by, "Gate", account_id=str(firm.id))
        perform("opportunity", "delete", gone, by=by)
        perform("account", "update", firm, by=by, name="Maple")
        assert (found_by(by, "maple"), found_by(by, "spruce")) == ({"Forty fences"}, set())
        assert found_by(by, "fences") == {"Forty fences"}
        by.session.refresh(open_one)
        assert open_one.version == 1
        perform("opportunity", "restore", gone, by=by)
        assert found_by(by, "maple") == {"Forty fences", "Gate"}
        other = make_account(by, "Larch")
        perform("opportunity", "update", gone, by=by, account_id=str(other.id))
        assert found_by(by, "larch") == {"Gate"}


def test_a_customer_of_many_is_followed_in_chunks_by_jobs(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_after, "CHUNK", 3)
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(named_after, "enqueue", lambda _by, _kind, payload: asked.append(payload))
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        rows = [{"name": f"Sale {n}", "account_id": str(firm.id)} for n in range(5)]
        perform_many("opportunity", "create", rows, by=by)
        assert len(found_by(by, "spruce")) == 5
        perform("account", "update", firm, by=by, name="Maple")
        assert len(found_by(by, "maple")) == 3
        refresh_keys_of_named.run(by, asked.pop())
        assert (len(found_by(by, "maple")), asked) == (5, [])


def test_opportunities_from_before_are_found_by_their_customer_once_they_are_brought_up_to_date(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_after, "CHUNK", 3)
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(
        named_after, "enqueue", lambda _by, job, payload: asked.append({"job": job, **payload})
    )
    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        rows = [{"name": f"Sale {n}", "account_id": str(firm.id)} for n in range(4)]
        perform_many("opportunity", "create", rows, by=by)
        alone = make_opportunity(by, "Alone")
        by.session.flush()
        own = func.split_part(Opportunity.search_text, f"\n{OTHER}", 1)
        by.session.execute(update(Opportunity).values(search_text=own, search_grams=[]))
        assert found_by(by, "spruce") == set()
        refresh_every_contact_s_keys.run(by, {})
        assert len(found_by(by, "spruce")) == 3
        while asked:
            payload = asked.pop()
            assert payload.pop("job") == refresh_every_contact_s_keys.kind
            refresh_every_contact_s_keys.run(by, payload)
        assert len(found_by(by, "spruce")) == 4
        by.session.refresh(alone)
        assert alone.version == 1
        with statements() as seen:
            refresh_every_contact_s_keys.run(by, {})
        assert not [one for one in seen if one.startswith("UPDATE")]  # All of it stands already.


def test_who_may_not_open_the_customer_does_not_find_by_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_opportunity(by, "Forty fences", account_id=str(make_account(by, "Spruce").id))
        without = Rights(grants={("opportunity", "read"): Reach.ALL})
        reading = {(kind, "read"): Reach.ALL for kind in ("opportunity", "account")}
        hidden = {("opportunity", "account_id"): FieldAccess.HIDDEN}
        for rights in (without, Rights(grants=reading, fields=hidden)):
            blind = replace(by, rights=rights)
            assert found_by(blind, "spruce") == found_by(blind, "sp") == set()
            assert found_by(blind, "fences") == {"Forty fences"}


@pytest.mark.parametrize("kind", ["quote", "order"])
def test_papers_are_found_by_their_customer_as_it_is_called_now(
    acme: Workspace, alice: Person, kind: str
) -> None:
    record_type = registry().type(kind)

    def found(by: Actor, q: str) -> int:
        return len(page(record_type, Query(q=q), by, ["name"]).rows)

    with acme.acting(alice) as by:
        firm = make_account(by, "Spruce")
        given = {"name": "Forty fences", "account_id": str(firm.id)}
        _one, gone = (perform(kind, "create", by=by, **given) for _time in range(2))
        perform(kind, "delete", gone, by=by)
        assert (found(by, "spruce"), found(by, "sp"), found(by, "forty")) == (1, 1, 1)
        perform("account", "update", firm, by=by, name="Maple")
        assert (found(by, "maple"), found(by, "spruce")) == (1, 0)
        perform(kind, "restore", gone, by=by)
        assert (found(by, "maple"), found(by, "spruce")) == (2, 0)
        without = Rights(grants={(kind, "read"): Reach.ALL})
        reading = {(which, "read"): Reach.ALL for which in (kind, "account")}
        hidden = {(kind, "account_id"): FieldAccess.HIDDEN}
        for rights in (without, Rights(grants=reading, fields=hidden)):
            blind = replace(by, rights=rights)
            assert (found(blind, "maple"), found(blind, "ma"), found(blind, "forty")) == (0, 0, 2)


def test_what_sales_ask_for_today_opens_its_lists(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        yesterday = (today(by) - timedelta(days=1)).isoformat()
        make_opportunity(by, "Late fence", amount="500", close_on=yesterday)
        make_opportunity(by, "Bob’s fence", owner_id=str(bob.user_id))
        won = make_opportunity(by, "Won fence", close_on=yesterday)
        perform("opportunity", "win", won, by=by)
        lines = {str(one.label): one for one in sales_day(by)["lines"]}
        numbers = {label: one.number for label, one in lines.items()}
        assert numbers == {
            "Next step overdue": "0",
            "Next step today": "0",
            "Without a next step": "1",
            "Expected close past": "1",
        }
        late = lines["Expected close past"]
        assert (late.amount, late.is_late) == ("£500", True)
        assert is_for(by)
        hidden = {("opportunity", "next_step_at"): FieldAccess.HIDDEN}
        grants = {("opportunity", "read"): Reach.ALL}
        assert not is_for(replace(by, rights=Rights(grants=grants, fields=hidden)))
    listed = alice.client.get(late.url).text
    assert "Late fence" in listed
    assert "Won fence" not in listed
    assert "Bob’s fence" not in unescape(listed)


@pytest.mark.parametrize("key", OURS)
def test_each_report_of_sales_counts_what_it_says(acme: Workspace, alice: Person, key: str) -> None:
    with acme.acting(alice) as by:
        make_opportunity(by, "Open", amount="300")
        won = make_opportunity(by, "Won", amount="500")
        perform("opportunity", "win", won, by=by)
        lost = make_opportunity(by, "Lost", amount="70")
        perform("opportunity", "lose", lost, by=by, reason="price")
    shown = alice.client.get(f"/reports/ready/{key}")
    assert shown.status_code == 200
    sums = {
        "pipeline-funnel": "£300",
        "won-by-month": "£500",
        "won-by-owner": "£570",
        "won-by-source": "£570",
        "lost-reasons": "£70",
    }
    assert sums[key] in shown.text
    if key.startswith("won-by-") and key != "won-by-month":
        assert "50%" in shown.text
