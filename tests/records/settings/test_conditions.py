"""Conditions where people meet them: the form that watches, the page that leaves out."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import FieldAccess
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.settings.conftest import Define

CUSTOMER = {"field": "lifecycle", "op": "eq", "value": "customer"}
IN_YORK = {"field": "city", "op": "eq", "value": "York"}


def watched(page: str, key: str) -> tuple[str, Any]:
    """The classes of a field's row in a form and the tests that the script is told."""
    found = re.search(
        rf'<div class="(field[^"]*)" data-when="([^"]*)">\s*<label[^>]*"f-{key}"', page
    )
    assert found, page
    return found[1], json.loads(unescape(found[2]))


def test_a_form_tells_the_script_what_to_watch_and_begins_as_things_stand(
    alice: Person, define: Define
) -> None:
    define(conditions={"visible": [CUSTOMER], "required": [IN_YORK], "readonly": [IN_YORK]})
    page = alice.client.get("/accounts/new").text
    classes, tests = watched(page, "x_wood")
    assert classes == "field is-out"
    assert tests["visible"] == [{"field": "lifecycle", "op": "eq", "values": ["customer"]}]
    assert tests.keys() == {"visible", "required"}, "a new record's fields are free"
    page = alice.client.get("/accounts/new?lifecycle=customer").text
    assert watched(page, "x_wood")[0] == "field"


def test_what_is_typed_and_refused_decides_what_is_shown(alice: Person, define: Define) -> None:
    define(conditions={"visible": [CUSTOMER], "required": [CUSTOMER]})
    sent = {"name": "Fence", "lifecycle": "customer"}
    page = alice.client.post("/accounts/new", data=sent)
    assert page.status_code == 422
    assert watched(page.text, "x_wood")[0] == "field"
    assert 'id="f-x_wood-error"' in page.text
    assert alice.client.post("/accounts/new", data=sent | {"lifecycle": ""}).status_code == 303


def test_the_record_page_leaves_out_what_is_not_visible_and_fixes_what_is_fixed(
    acme: Workspace, alice: Person, define: Define
) -> None:
    define(conditions={"visible": [CUSTOMER], "readonly": [IN_YORK]})
    with acme.acting(alice) as by:
        account = make_account(by, x_wood="Oak")
    url = f"/accounts/{account.id}"
    assert "Oak" not in alice.client.get(url).text.partition('id="timeline"')[0]
    saved = alice.client.post(
        f"{url}/fields/lifecycle",
        data={"lifecycle": "customer"},
        headers={"HX-Request": "true", "HX-Target": "dd#field-lifecycle"},
    )
    assert saved.headers["HX-Trigger"] == "field-changed, details-changed"
    block = alice.client.get(
        url, headers={"HX-Request": "true", "HX-Target": "div#record-details"}
    ).text
    assert "Oak" in block
    assert "<html" not in block
    assert f'data-edit="{url}/fields/x_wood"' in block
    alice.client.post(f"{url}/fields/city", data={"city": "York"})
    assert f'data-edit="{url}/fields/x_wood"' not in alice.client.get(url).text


def test_a_field_on_which_nothing_depends_loads_no_details_again(
    acme: Workspace, alice: Person, define: Define
) -> None:
    define(conditions={"visible": [CUSTOMER]})
    with acme.acting(alice) as by:
        account = make_account(by)
    saved = alice.client.post(
        f"/accounts/{account.id}/fields/city",
        data={"city": "York"},
        headers={"HX-Request": "true", "HX-Target": "dd#field-city"},
    )
    assert saved.headers["HX-Trigger"] == "field-changed"


def test_a_form_does_not_tell_what_a_hidden_field_is_compared_with(
    acme: Workspace, alice: Person, bob: Person, define: Define
) -> None:
    define(conditions={"visible": [IN_YORK]})
    with acme.acting() as by:
        grants = acme.actor(bob).rights.grants
        role = role_by_key(by.session, "sales_rep")
        write_rights(by, role, grants, {("account", "city"): FieldAccess.HIDDEN})
    with acme.acting(bob) as by:
        there = make_account(by)
    with acme.acting(alice) as by:
        here = make_account(by, city="York", owner_id=str(bob.user_id))
    pages = [bob.client.get(f"/accounts/{one.id}/edit").text for one in (here, there)]
    assert "York" not in pages[0]
    assert watched(pages[0], "x_wood") == ("field", {"visible": [{"holds": True}]})
    assert watched(pages[1], "x_wood") == ("field is-out", {"visible": [{"holds": False}]})


def test_a_field_on_which_others_depend_is_not_retired(alice: Person, define: Define) -> None:
    first = define()
    test = {"field": first.key, "op": "filled"}
    second = define(label="Varnish", conditions={"visible": [test]})
    place = "/settings/fields/accounts"
    refused = alice.client.post(f"{place}/{first.id}/retire")
    assert refused.status_code == 422
    assert "Conditions of Varnish look at this field" in refused.text
    assert alice.client.post(f"{place}/{second.id}/retire").status_code == 303
    assert alice.client.post(f"{place}/{first.id}/retire").status_code == 303
    refused = alice.client.post(f"{place}/{second.id}/restore")
    assert refused.status_code == 422
    assert "Bring that one back first" in refused.text
    alice.client.post(f"{place}/{first.id}/restore")
    assert alice.client.post(f"{place}/{second.id}/restore").status_code == 303
