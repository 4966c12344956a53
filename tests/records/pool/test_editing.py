"""Caps and rules are changed where they stand, and what is wrong is told beside its field."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.identity.operations.roles import role_by_key
from app.kernel.actor import Actor
from app.records.pages.state import read_state
from app.records.pool.capping import caps_of, save_cap
from app.records.pool.models import PoolRule, PoolWarning
from app.records.pool.rules import Wish, create_rule, switch_rule
from app.records.registry import registry
from app.records.views import operations as views
from tests.cast import Person, Workspace

URL = "/settings/pool"


def role(by: Actor, key: str = "sales_rep") -> str:
    return f"role:{role_by_key(by.session, key).id}"


def view_of_customers(by: Actor) -> str:
    account = registry().type("account")
    asked = read_state(account, {"lifecycle": "customer"})
    return str(views.save_view(by, account, views.Wish("Customers", "private", asked.query())).id)


@pytest.fixture
def cap_url(acme: Workspace, alice: Person) -> str:
    """A cap of sales reps that counts no customers."""
    with acme.acting(alice) as by:
        spared = view_of_customers(by)
        cap = save_cap(by, "account", group=role(by), most_owned="5", most_views="", spared=spared)
        return f"{URL}/caps/{cap.id}"


@pytest.fixture
def rule_url(acme: Workspace, alice: Person) -> str:
    """A rule that is on, and of which one owner was warned."""
    with acme.acting(alice) as by:
        wish = Wish("Asleep", "idle", "90", "7", group=role(by), spared=view_of_customers(by))
        rule = create_rule(by, "account", wish)
        switch_rule(by, rule, is_on=True)
        by.session.add(PoolWarning(rule_id=rule.id, record_id=rule.id, at=by.now))
        return f"{URL}/rules/{rule.id}"


def typed_in(page: str) -> dict[str, str]:
    """What stands in the boxes and choices of a form."""
    found = dict(re.findall(r'<input class="input"[^>]* name="(\w+)" value="([^"]*)"', page))
    choices = re.findall(r'<select class="input" id="(\w+)"(.*?)</select>', page, re.DOTALL)
    for name, inside in choices:
        chosen = re.search(r'value="([^"]*)" ?selected', inside)
        found[name] = chosen.group(1) if chosen else ""
    return found


def test_a_cap_is_changed_where_it_stands(acme: Workspace, alice: Person, cap_url: str) -> None:
    assert cap_url in alice.client.get(URL).text
    form = alice.client.get(cap_url).text
    assert "As it stands: Lifecycle" in form
    typed = typed_in(form)
    assert typed["most_owned"] == "5"
    assert typed["spared"] == "keep"
    kept = alice.client.post(cap_url, data={**typed, "most_owned": "8"}, follow_redirects=True)
    assert "own at most 8 accounts · not counting: Lifecycle" in kept.text
    emptied = {**typed, "spared": ""}
    assert (
        "not counting" not in alice.client.post(cap_url, data=emptied, follow_redirects=True).text
    )
    told = alice.client.get("/settings/audit").text
    assert "5 / None" in told
    assert "8 / None" in told


def test_a_cap_goes_to_no_group_that_has_one(acme: Workspace, alice: Person, cap_url: str) -> None:
    with acme.acting(alice) as by:
        manager = role(by, "manager")
        save_cap(by, "account", group=manager, most_owned="9", most_views="", spared="")
    typed = typed_in(alice.client.get(cap_url).text)
    refused = alice.client.post(cap_url, data={**typed, "group": manager, "most_owned": "77"})
    assert refused.status_code == 422
    assert re.search(r'id="group-error">.*There is a cap for it already', refused.text)
    assert typed_in(refused.text)["most_owned"] == "77", "nothing that was typed is lost"
    with acme.acting(alice) as by:
        assert [one.most_owned for one in caps_of(registry().type("account"), by)] == [5, 9]
        save_cap(by, "account", group=role(by, "viewer"), most_owned="1", most_views="", spared="")
        admin = role(by, "admin")
    moved = alice.client.post(cap_url, data={**typed, "group": admin}, follow_redirects=True)
    assert moved.status_code == 200
    with acme.acting(alice) as by:
        (first, *_others) = caps_of(registry().type("account"), by)
        assert f"role:{first.group_id}" == admin


def test_a_rule_is_changed_and_is_off_until_somebody_looked_what_it_takes(
    acme: Workspace, alice: Person, rule_url: str
) -> None:
    assert f"{rule_url}/edit" in alice.client.get(URL).text
    typed = typed_in(alice.client.get(f"{rule_url}/edit").text)
    assert (typed["name"], typed["days"], typed["warn_days"]) == ("Asleep", "90", "7")
    assert (typed["kind"], typed["spared"]) == ("idle", "keep")
    named = alice.client.post(
        f"{rule_url}/edit", data={**typed, "name": "Fast asleep"}, follow_redirects=True
    )
    assert "Fast asleep" in named.text
    assert "Switch off" in named.text, "a name changes nothing of what it takes"
    with acme.acting(alice) as by:
        assert by.session.scalars(select(PoolWarning)).all()
    later = alice.client.post(
        f"{rule_url}/edit", data={**typed, "days": "60"}, follow_redirects=True
    )
    assert "60 days without an activity" in later.text
    assert "It is off until you switch it on again." in later.text
    assert "Switch on" in later.text
    with acme.acting(alice) as by:
        rule = by.session.scalars(select(PoolRule)).one()
        assert not rule.is_on
        assert rule.spared, "the filters that stood stay"
        assert not by.session.scalars(select(PoolWarning)).all(), "owners are warned anew"


@pytest.mark.parametrize(
    ("field", "text"), [("name", ""), ("days", "0"), ("warn_days", "90"), ("spared", "no-view")]
)
def test_a_rule_that_is_none_is_told_beside_its_field_and_stays(
    acme: Workspace, alice: Person, rule_url: str, field: str, text: str
) -> None:
    typed = typed_in(alice.client.get(f"{rule_url}/edit").text)
    refused = alice.client.post(f"{rule_url}/edit", data={**typed, field: text})
    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    with acme.acting(alice) as by:
        rule = by.session.scalars(select(PoolRule)).one()
        assert (rule.name, rule.days, rule.warn_days, rule.is_on) == ("Asleep", 90, 7, True)


def test_nobody_else_changes_them(
    acme: Workspace, bob: Person, charlie: Person, cap_url: str, rule_url: str
) -> None:
    for url in (cap_url, f"{rule_url}/edit"):
        assert bob.client.get(url).status_code == 403
        assert bob.client.post(url, data={}).status_code == 403
        assert charlie.client.get(url).status_code == 404
        assert charlie.client.post(url, data={}).status_code == 404


def test_a_rule_warns_anew_once_it_is_on_again(
    acme: Workspace, alice: Person, rule_url: str
) -> None:
    typed = typed_in(alice.client.get(f"{rule_url}/edit").text)
    alice.client.post(f"{rule_url}/edit", data={**typed, "warn_days": "3"})
    alice.client.post(f"{rule_url}/on")
    with acme.acting(alice) as by:
        rule = by.session.scalars(select(PoolRule)).one()
        assert rule.is_on
        assert timedelta(days=rule.warn_days) == timedelta(days=3)
