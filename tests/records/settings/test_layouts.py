"""Layouts: forms and pages as a workspace lays them out, for everyone and for a role."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.operations.roles import role_by_key
from app.kernel.errors import NotPermitted
from app.records.layouts.operations import save_layout
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.settings.conftest import Define

PLACE = "/settings/layouts/accounts"
ITEMS = ["section.0", "field.city", "field.name", "section.1", "field.phone", "out", "field.email"]
SENT = {
    "item": ITEMS,
    "heading.0.en": "Who and where",
    "heading.0.zh-CN": "基本信息",
    "more.1": "1",
}
Fields = Callable[[Person], list[str]]


def fields_in(person: Person, path: str = "/accounts/new") -> list[str]:
    """The fields that a form shows, in their order."""
    page = person.client.get(path).text
    return re.findall(r'<label class="label" for="f-(\w+)"', page)


def test_a_form_and_a_page_follow_the_layout(acme: Workspace, alice: Person) -> None:
    assert fields_in(alice)[0] == "name"
    assert alice.client.post(PLACE, data=SENT).status_code == 303
    found = fields_in(alice)
    assert found[:3] == ["city", "name", "phone"]
    assert "email" not in found
    page = alice.client.get("/accounts/new").text
    assert page.index("Who and where") < page.index('for="f-city"')
    assert page.index('for="f-name"') < page.index("More fields") < page.index('for="f-phone"')
    with acme.acting(alice) as by:
        account = make_account(by, city="York", phone="020 7946 0018", email="a@fence.example")
    page = alice.client.get(f"/accounts/{account.id}").text
    details = page.partition('id="record-details"')[2].partition("record-trace")[0]
    assert (
        details.index("Who and where") < details.index("field-city") < details.index("field-name")
    )
    assert "field-email" not in details
    alice.client.set_cookie("lang", "zh-CN", domain=alice.client.host)
    assert "基本信息" in alice.client.get("/accounts/new").text


def test_a_role_may_have_a_layout_of_its_own(acme: Workspace, alice: Person, bob: Person) -> None:
    with acme.scope() as session:
        role = role_by_key(session, "sales_rep")
    assert alice.client.post(f"{PLACE}?role={role.id}", data=SENT).status_code == 303
    assert fields_in(bob)[0] == "city"
    assert fields_in(alice)[0] == "name"
    assert "Laid out" in alice.client.get("/settings/layouts").text
    assert "Reset to the default" in alice.client.get(f"{PLACE}?role={role.id}").text
    assert alice.client.post(f"{PLACE}/reset?role={role.id}").status_code == 303
    assert fields_in(bob)[0] == "name"


def test_what_is_required_can_t_be_left_out(alice: Person, define: Define) -> None:
    define(conditions={"required": [{"field": "city", "op": "filled"}]})
    for key in ("name", "x_wood"):
        items = ["section.0", "field.city", "field.phone", "out", f"field.{key}"]
        page = alice.client.post(PLACE, data={"item": items, "heading.0.en": "Kept words"})
        assert page.status_code == 422
        assert "Required, so it can" in page.text
        assert "Kept words" in page.text
    assert fields_in(alice)[0] == "name"


def test_a_field_that_became_required_or_is_newer_than_the_layout_is_shown(
    alice: Person, define: Define
) -> None:
    alice.client.post(PLACE, data=SENT)
    define(label="Later")
    define(label="Needed", is_required=True)
    found = fields_in(alice)
    assert found[:3] == ["city", "name", "x_needed"]
    assert found[-1] == "x_later"


def test_an_admin_who_was_slower_is_told(alice: Person) -> None:
    assert alice.client.post(PLACE, data=SENT | {"version": "0"}).status_code == 303
    page = alice.client.post(PLACE, data=SENT | {"version": "0", "heading.0.en": "Mine"})
    assert page.status_code == 409
    assert 'value="Mine"' in page.text
    assert 'name="version" value="1"' in page.text
    again = alice.client.post(PLACE, data=SENT | {"version": "1", "heading.0.en": "Mine"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("press", "wanted"),
    [
        ({"move": "field.name.up"}, ["section.0", "field.name", "field.city", "section.1"]),
        ({"move": "field.name.down"}, ["section.0", "field.city", "section.1", "field.name"]),
        ({"add": "section"}, ["section.0", "field.city", "field.name", "section.1"]),
    ],
)
def test_without_a_script_buttons_move_fields_and_add_sections(
    press: dict[str, str], wanted: list[str], alice: Person
) -> None:
    page = alice.client.post(PLACE, data=SENT | press)
    assert page.status_code == 200
    items = re.findall(r'name="item" value="([\w.]+)"', page.text)
    assert items[:4] == wanted
    assert ("section.2" in items) is ("add" in press)
    assert fields_in(alice)[0] == "name", "nothing is kept yet"


def test_what_was_made_up_does_no_harm(alice: Person) -> None:
    items = ["field.city", "section.x", "field.nothing", "section.5", "field.name", "field.name"]
    assert alice.client.post(PLACE, data={"item": items}).status_code == 303
    assert fields_in(alice)[0] == "name"
    assert alice.client.post(PLACE, data={}).status_code == 422
    long = SENT | {"heading.0.en": "a" * 61}
    assert alice.client.post(PLACE, data=long).status_code == 422
    assert alice.client.get(f"{PLACE}?role=01a20172-c7fd-73c7-b690-51729345771b").status_code == 404


def test_only_who_manages_fields_lays_out_and_the_audit_tells(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    for path in ("/settings/layouts", PLACE):
        assert alice.client.get(path).status_code == 200
        assert bob.client.get(path).status_code == 403
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        save_layout(by, tailored("account", by), None, [], [])
    alice.client.post(PLACE, data=SENT)
    alice.client.post(f"{PLACE}/reset")
    with acme.scope() as session:
        told = session.scalars(select(Event).where(Event.record_type == "layout")).all()
    assert sorted(one.verb for one in told) == ["deleted", "updated"]


def test_a_layout_is_its_workspace_s_own(alice: Person, charlie: Person) -> None:
    alice.client.post(PLACE, data=SENT)
    assert fields_in(charlie)[0] == "name"
