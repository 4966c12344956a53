"""The settings of picklists: what a workspace lets people choose from, and what a change costs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.events import Event
from app.kernel.errors import NotPermitted, Refused
from app.records.custom.picklists import change_picklist, picklist_field, standing_options
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.pages.conftest import statements

PLACE = "/settings/picklists"
INDUSTRY = f"{PLACE}/accounts/industry"
Choose = Callable[..., None]


@pytest.fixture
def choose(acme: Workspace, alice: Person) -> Choose:
    """Gives accounts these industries to choose from."""

    def make(*labels: str) -> None:
        with acme.acting(alice) as by:
            account = registry().type("account")
            options = [{"value": one.lower(), "label": {"en": one}} for one in labels]
            change_picklist(by, account, picklist_field(account, "industry"), options)

    return make


def offered(alice: Person) -> list[str]:
    """The industries that the form of a new account offers."""
    page = alice.client.get("/accounts/new").text
    select = re.search(r'name="industry".*?</select>', page, re.DOTALL)
    assert select is not None
    return re.findall(r'value="(\w+)"', select[0])


def test_values_are_added_ordered_renamed_and_retired(alice: Person, acme: Workspace) -> None:
    page = alice.client.get(INDUSTRY)
    assert page.text.count('name="option.') > 3, "a list without values begins with empty rows"
    sent = {"option.0.label.en": "Timber", "option.0.colour": "green", "option.2.label.en": "Paper"}
    assert alice.client.post(INDUSTRY, data=sent).status_code == 303
    assert offered(alice) == ["timber", "paper"]
    account = alice.client.post("/accounts/new", data={"name": "F", "industry": "paper"}).location
    seen = re.search(r'name="seen" value="(\w+)"', alice.client.get(INDUSTRY).text)
    assert seen is not None
    sent = {"seen": seen[1], "option.1.value": "paper", "option.1.label.en": "Paper mills"}
    sent |= {"option.1.retired": "1", "option.0.value": "timber", "option.0.label.en": "Wood"}
    sent |= {"option.9.label.en": "Steel", "option.9.label.zh-CN": "钢铁"}
    assert alice.client.post(INDUSTRY, data=sent).status_code == 303
    assert offered(alice) == ["timber", "steel"]
    assert "Paper mills" in alice.client.get(account).text, "what is retired stays on records"
    assert "Wood" in alice.client.get(PLACE).text


def test_what_is_wrong_is_told_and_nothing_typed_is_lost(alice: Person) -> None:
    sent = {"option.0.label.en": "Timber", "option.1.label.en": "timber"}
    page = alice.client.post(INDUSTRY, data=sent)
    assert page.status_code == 422
    assert 'id="options-error"' in page.text
    assert 'value="timber"' in page.text
    page = alice.client.post(INDUSTRY, data={"option.0.label.en": "Timber", "add": "option"})
    assert page.status_code == 200
    assert 'name="option.1.label.en"' in page.text
    assert offered(alice) == []


def test_an_admin_who_was_slower_is_told(alice: Person, choose: Choose) -> None:
    choose("Timber")
    seen = re.search(r'name="seen" value="(\w+)"', alice.client.get(INDUSTRY).text)
    assert seen is not None
    choose("Timber", "Paper")
    sent = {"seen": seen[1], "option.0.label.en": "Steel"}
    page = alice.client.post(INDUSTRY, data=sent)
    assert page.status_code == 409
    assert 'value="Steel"' in page.text
    now = re.search(r'name="seen" value="(\w+)"', page.text)
    assert now is not None
    assert alice.client.post(INDUSTRY, data=sent | {"seen": now[1]}).status_code == 303
    assert offered(alice) == ["steel"]


@pytest.mark.parametrize("path", [PLACE, INDUSTRY])
def test_only_who_manages_fields_comes_here(path: str, alice: Person, bob: Person) -> None:
    assert alice.client.get(path).status_code == 200
    assert bob.client.get(path).status_code == 403


@pytest.mark.parametrize("path", ["accounts/lifecycle", "accounts/nothing", "contacts/industry"])
def test_what_is_no_picklist_has_no_editor(path: str, alice: Person) -> None:
    assert alice.client.get(f"{PLACE}/{path}").status_code == 404


def test_a_change_is_in_the_audit_and_nobody_changes_it_without_the_right(
    acme: Workspace, alice: Person, bob: Person, choose: Choose
) -> None:
    choose("Timber")
    choose("Timber")
    with acme.scope() as session:
        told = session.scalars(select(Event).where(Event.record_type == "picklist")).one()
    assert told.changes["industry"][1][0]["label"] == {"en": "Timber"}
    account = registry().type("account")
    field = picklist_field(account, "industry")
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        change_picklist(by, account, field, [{"label": {"en": "Paper"}}])
    with acme.acting(alice) as by, pytest.raises(Refused):
        change_picklist(by, account, field, [])
    with acme.acting(alice) as by:
        assert [one["value"] for one in standing_options(by, account, field)] == ["timber"]


def test_a_list_reads_no_picklist_twice_and_sees_a_change_at_once(
    acme: Workspace, alice: Person, choose: Choose
) -> None:
    choose("Timber")
    with acme.acting(alice) as by:
        make_account(by, industry="timber")
    assert "Timber" in alice.client.get("/accounts").text
    with statements() as seen:
        alice.client.get("/accounts")
    assert not [one for one in seen if "picklist_values" in one]
    with acme.acting(alice) as by:
        account = registry().type("account")
        renamed = [{"value": "timber", "label": {"en": "Lumber"}}]
        change_picklist(by, account, picklist_field(account, "industry"), renamed)
    assert "Lumber" in alice.client.get("/accounts").text


def test_a_workspace_s_list_is_its_own(choose: Choose, charlie: Person) -> None:
    choose("Timber")
    assert offered(charlie) == []
