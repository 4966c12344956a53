"""The settings of fields: who may open them, what can be added, changed, ordered and retired."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.events import Event
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Reach
from app.records.custom import operations
from app.records.custom.kinds import KINDS
from tests.cast import Person, Workspace
from tests.records.settings.conftest import Define, Fields

PLACE = "/settings/fields/accounts"
NEW = f"{PLACE}/new"


def test_every_type_and_every_field_is_listed(alice: Person, define: Define) -> None:
    define()
    types = alice.client.get("/settings/fields").text
    assert "/settings/fields/accounts" in types
    assert "/settings/fields/activities" in types
    page = alice.client.get(PLACE).text
    assert ">Wood<" in page
    assert "<code>x_wood</code>" in page
    assert "<code>lifecycle</code>" in page, "the built-in ones are listed too"


@pytest.mark.parametrize("path", ["/settings/fields", PLACE, NEW, f"{NEW}?kind=text"])
def test_only_who_manages_fields_comes_here(path: str, alice: Person, bob: Person) -> None:
    assert alice.client.get(path).status_code == 200
    assert bob.client.get(path).status_code == 403
    assert path not in bob.client.get("/settings").text


def test_a_grant_opens_the_settings_to_a_colleague(acme: Workspace, bob: Person) -> None:
    with acme.acting() as by:
        grants = {**acme.actor(bob).rights.grants, ("field", "manage"): Reach.ALL}
        write_rights(by, role_by_key(by.session, "sales_rep"), grants, {})
    assert bob.client.get(PLACE).status_code == 200
    assert bob.client.post(NEW, data={"kind": "text", "label.en": "Wood"}).status_code == 303


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_of_every_kind_is_added_in_the_browser(
    kind: str, alice: Person, fields: Fields
) -> None:
    assert f"{NEW}?kind={kind}" in alice.client.get(NEW).text
    assert alice.client.get(f"{NEW}?kind={kind}").status_code == 200
    sent = {"kind": kind, "label.en": "Wood", "label.zh-CN": "木材", "help.en": "Oak or ash"}
    if KINDS[kind].has_options:
        sent |= {"option.0.label.en": "Oak", "option.1.label.en": "Ash", "option.2.label.en": ""}
    if kind == "reference":
        sent["to"] = "contact"
    answer = alice.client.post(NEW, data=sent)
    assert (answer.status_code, answer.location) == (303, PLACE), answer.text
    (row,) = fields()
    assert (row.kind, row.key, row.label) == (kind, "x_wood", {"en": "Wood", "zh-CN": "木材"})
    assert [one["value"] for one in row.options] == (
        ["oak", "ash"] if KINDS[kind].has_options else []
    )
    assert alice.client.get(f"{PLACE}/{row.id}").status_code == 200
    assert 'name="x_wood"' in alice.client.get("/accounts/new").text


def test_what_is_wrong_stands_beside_its_input_and_nothing_typed_is_lost(
    alice: Person, fields: Fields
) -> None:
    sent = {
        "kind": "number",
        "help.en": "Counted in spring",
        "decimals": "9",
        "default": "many",
        "key": "wood",
        "is_required": "1",
    }
    page = alice.client.post(NEW, data=sent)
    assert page.status_code == 422
    for name in ("label.en-error", "decimals-error", "key-error"):
        assert f'id="{name}"' in page.text, name
    for typed in ("Counted in spring", 'value="9"', 'value="many"', 'value="wood"'):
        assert typed in page.text, typed
    assert 'name="is_required" value="1" checked' in page.text
    page = alice.client.post(NEW, data={**sent, "label.en": "Wood", "decimals": "0", "key": ""})
    assert page.status_code == 422
    assert 'id="f-default-error"' in page.text
    assert fields() == []


def test_two_options_of_one_name_are_refused_and_stay_to_be_mended(
    alice: Person, fields: Fields
) -> None:
    sent = {"kind": "choice", "label.en": "Wood"}
    sent |= {"option.0.label.en": "Oak", "option.1.label.en": "oak"}
    page = alice.client.post(NEW, data=sent)
    assert page.status_code == 422
    assert 'id="options-error"' in page.text
    assert 'value="oak"' in page.text
    assert fields() == []


def test_options_are_renamed_ordered_retired_and_one_is_the_default(
    alice: Person, define: Define, fields: Fields
) -> None:
    row = define("choice")
    sent = {"label.en": "Wood", "version": str(row.version)}
    sent |= {"option.1.value": "green", "option.1.label.en": "Moss", "option.1.colour": "green"}
    sent |= {"option.7.label.en": "Blue", "option.7.default": "1"}
    sent |= {"option.0.value": "red", "option.0.label.en": "Red", "option.0.retired": "1"}
    assert alice.client.post(f"{PLACE}/{row.id}", data=sent).status_code == 303
    (row,) = fields()
    assert [(one["value"], one["label"]["en"], one["retired"]) for one in row.options] == [
        ("green", "Moss", False),
        ("blue", "Blue", False),
        ("red", "Red", True),
    ]
    assert row.default == "blue"
    assert 'name="option.1.default" value="1" checked' in alice.client.get(f"{PLACE}/{row.id}").text


def test_one_choice_has_one_default_and_a_multiple_one_several(
    alice: Person, fields: Fields
) -> None:
    sent = {"label.en": "Wood", "option.0.label.en": "Oak", "option.1.label.en": "Ash"}
    sent |= {"option.0.default": "1", "option.1.default": "1"}
    refused = alice.client.post(NEW, data={**sent, "kind": "choice"})
    assert refused.status_code == 422
    assert 'id="options-error"' in refused.text
    assert alice.client.post(NEW, data={**sent, "kind": "choices"}).status_code == 303
    assert fields()[0].default == ["oak", "ash"]


@pytest.mark.parametrize(("press", "wanted"), [("up", ["oak", "ash"]), ("down", ["ash", "oak"])])
def test_without_a_script_buttons_move_and_add_rows_and_keep_nothing_yet(
    press: str, wanted: list[str], alice: Person, fields: Fields
) -> None:
    sent = {"kind": "choice", "label.en": "Wood"}
    one = {"option.0.label.en": "ash", "option.1.label.en": "oak", "move": f"option.1.{press}"}
    page = alice.client.post(NEW, data=sent | one)
    assert page.status_code == 200
    assert sorted(wanted, key=lambda word: page.text.index(f'value="{word}"')) == wanted
    page = alice.client.post(NEW, data=sent | {"option.4.label.en": "ash", "add": "option"})
    assert 'name="option.5.label.en"' in page.text
    page = alice.client.post(NEW, data=sent | {"add": "visible"})
    assert 'name="visible.0.field"' in page.text
    assert fields() == []


def test_an_admin_who_was_slower_is_told_and_keeps_what_was_typed(
    alice: Person, define: Define, fields: Fields
) -> None:
    row = define()
    url = f"{PLACE}/{row.id}"
    first = alice.client.post(url, data={"version": row.version, "label.en": "Timber"})
    assert first.status_code == 303
    second = alice.client.post(url, data={"version": row.version, "label.en": "Lumber"})
    assert second.status_code == 409
    assert 'value="Lumber"' in second.text
    assert fields()[0].label == {"en": "Timber"}
    again = alice.client.post(url, data={"version": row.version + 1, "label.en": "Lumber"})
    assert again.status_code == 303
    assert f'name="version" value="{row.version + 1}"' in second.text


def test_fields_are_put_in_order_by_drag_and_by_buttons(
    alice: Person, define: Define, fields: Fields
) -> None:
    a, b, c = (str(define(label=name).id) for name in ("Ash", "Beech", "Cedar"))
    alice.client.post(f"{PLACE}/order", data={"id": [c, a, b]})
    assert [str(row.id) for row in fields()] == [c, a, b]
    alice.client.post(f"{PLACE}/order", data={"id": [c, a, b], "move": f"{a}.up"})
    assert [str(row.id) for row in fields()] == [a, c, b]
    sent = {"id": [b, "nothing", a], "move": "nobody.up"}
    assert alice.client.post(f"{PLACE}/order", data=sent).status_code == 303
    assert [str(row.id) for row in fields()] == [b, a, c]


def test_a_retired_field_leaves_every_page_and_comes_back_with_its_values(
    alice: Person, define: Define
) -> None:
    row = define()
    url = f"{PLACE}/{row.id}"
    account = alice.client.post("/accounts/new", data={"name": "Fence", "x_wood": "Oak"}).location
    assert "Oak" in alice.client.get(account).text
    assert alice.client.post(f"{url}/retire").status_code == 303
    assert "Oak" not in alice.client.get(account).text
    assert f"{url}/restore" in alice.client.get(PLACE).text
    alice.client.post(f"{url}/restore")
    assert "Oak" in alice.client.get(account).text


def test_the_limit_is_told_before_it_is_met(
    alice: Person, define: Define, monkeypatch: pytest.MonkeyPatch
) -> None:
    define()
    built_in = alice.client.get(PLACE).text.count("<code>") - 1
    for module in (operations, __import__("app.records.pages.settings.field_list", fromlist=["x"])):
        monkeypatch.setattr(module, "MOST", built_in + 2)
    assert "1 more field fits" in alice.client.get(PLACE).text
    alice.client.post(NEW, data={"kind": "text", "label.en": "Second"})
    page = alice.client.get(PLACE).text
    assert "as many as a page can hold" in page
    assert NEW not in page
    refused = alice.client.post(NEW, data={"kind": "text", "label.en": "Third"})
    assert refused.status_code == 422
    assert "as many as a page can hold" in refused.text


def test_conditions_are_built_from_other_fields(
    alice: Person, define: Define, fields: Fields
) -> None:
    row = define()
    other = define("number", "Trees")
    url = f"{PLACE}/{row.id}"
    sent = {"label.en": "Wood", "version": row.version}
    sent |= {"visible.0.field": "lifecycle", "visible.0.op": "in"}
    sent |= {"visible.0.value": ["customer", "former"]}
    sent |= {"required.0.field": other.key, "required.0.op": "eq", "required.0.value": "1,200"}
    sent |= {"required.1.field": "", "readonly.3.field": "city", "readonly.3.op": "filled"}
    assert alice.client.post(url, data=sent).status_code == 303
    assert fields()[0].conditions == {
        "visible": [{"field": "lifecycle", "op": "in", "value": ["customer", "former"]}],
        "required": [{"field": "x_trees", "op": "eq", "value": 1200}],
        "readonly": [{"field": "city", "op": "filled"}],
    }
    page = alice.client.get(url).text
    assert '<option value="lifecycle" selected>' in page
    assert 'name="visible.0.value" value="former" checked' in page
    assert 'name="required.0.value" value="1200"' in page


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("x_wood", "filled", ""),
        ("lifecycle", "eq", "unknown"),
        ("lifecycle", "eq", ""),
        ("lifecycle", "in", ""),
        ("created_at", "eq", "yesterday"),
    ],
)
def test_a_condition_that_could_never_hold_is_refused_and_stays_to_be_mended(
    field: str, operator: str, value: str, alice: Person, define: Define, fields: Fields
) -> None:
    row = define()
    sent = {"label.en": "Wood", "required.0.field": field, "required.0.op": operator}
    page = alice.client.post(f"{PLACE}/{row.id}", data={**sent, "required.0.value": value})
    if field == "x_wood":
        assert page.status_code == 303, "the builder offers no such row, so it is left out"
    else:
        assert page.status_code == 422
        assert 'id="conditions-error"' in page.text
        assert f'<option value="{field}" selected>' in page.text
    assert fields()[0].conditions == {}


def test_at_most_five_conditions(alice: Person, define: Define) -> None:
    row = define()
    sent = {"label.en": "Wood"}
    for number in range(6):
        sent |= {f"visible.{number}.field": "city", f"visible.{number}.op": "filled"}
    page = alice.client.post(f"{PLACE}/{row.id}", data=sent)
    assert page.status_code == 422
    assert "At most 5 conditions" in page.text


def test_a_row_of_a_condition_suits_the_field_that_was_chosen(
    alice: Person, define: Define
) -> None:
    row = define("flag", "Green")
    url = f"{PLACE}/condition?visible.2.field="
    choice = alice.client.get(f"{url}lifecycle&visible.2.op=in").text
    assert 'type="checkbox" name="visible.2.value" value="customer"' in choice
    assert '<option value="1">Yes</option>' in alice.client.get(f"{url}{row.key}").text
    assert 'type="date"' not in alice.client.get(f"{url}city").text
    assert "visible.2.op" not in alice.client.get(url).text
    assert "is filled in" in alice.client.get(f"{url}owner_id").text
    assert alice.client.get(f"{PLACE}/condition").status_code == 422


def test_every_change_is_in_the_audit(acme: Workspace, alice: Person, define: Define) -> None:
    row = define()
    url = f"{PLACE}/{row.id}"
    alice.client.post(url, data={"label.en": "Timber"})
    alice.client.post(f"{url}/retire")
    alice.client.post(f"{url}/restore")
    second = define(label="Second")
    alice.client.post(f"{PLACE}/order", data={"id": [str(second.id), str(row.id)]})
    with acme.scope() as session:
        told = session.execute(
            select(Event.verb, Event.changes)
            .where(Event.record_type == "field", Event.record_id == row.id)
            .order_by(Event.at, Event.id)
        ).all()
    verbs = [verb for verb, _changes in told]
    assert verbs == ["created", "updated", "deleted", "restored", "updated"]
    assert told[1].changes["label"] == [{"en": "Wood", "zh-CN": "木材"}, {"en": "Timber"}]
    assert told[-1].changes == {"position": [1, 2]}


def test_another_workspace_s_field_is_not_there(define: Define, charlie: Person) -> None:
    row = define()
    assert charlie.client.get(f"{PLACE}/{row.id}").status_code == 404
    assert charlie.client.post(f"{PLACE}/{row.id}/retire").status_code == 404


def test_a_field_has_its_address_at_its_own_type_alone(define: Define, alice: Person) -> None:
    row = define()
    assert alice.client.get(f"/settings/fields/contacts/{row.id}").status_code == 404


def test_the_settings_read_in_chinese(alice: Person, define: Define) -> None:
    row = define("choice")
    alice.client.set_cookie("lang", "zh-CN", domain=alice.client.host)
    for path in ("/settings/fields", PLACE, NEW, f"{PLACE}/{row.id}"):
        page = alice.client.get(path).text
        assert "字段" in page
        assert ">Fields<" not in page
    assert "木材" in alice.client.get(PLACE).text
