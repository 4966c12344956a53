"""A record beside its list: its facts as its reader sees them, in few statements."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.identity.models import FieldRule
from app.identity.operations.roles import role_by_key, set_rights
from app.identity.rights import read_rights
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from app.records.types import RecordType
from tests.cast import HostClient, Person, Workspace
from tests.conformance.examples import make
from tests.factories import make_account, make_activity
from tests.records.pages.conftest import Fence, statements

PANEL = {"HX-Request": "true", "HX-Target": "div#peek-body"}
TYPES = tuple(install_record_types())
MOST = 16  # Statements; the record's page may take 25.

every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.key)


def peek(client: HostClient, url: str) -> Any:
    return client.get(url, headers=PANEL)


@every_type
def test_a_record_of_every_type_is_shown_beside_its_list(
    acme: Workspace, alice: Person, record_type: RecordType
) -> None:
    with acme.acting(alice) as by:
        record = make(record_type, by)
        title = record_type.title_of(record)
    url = f"/{record_type.collection}/{record.id}"
    answer = peek(alice.client, url)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f'id="peek-title">{title}' in answer.text
    assert f'href="{url}" data-peek-open' in answer.text
    assert f'href="{url}/edit?' in answer.text
    page = alice.client.get(url)
    assert "<html" in page.text
    assert "data-peek-open" not in page.text


@every_type
def test_every_row_can_be_shown_beside_its_list(
    acme: Workspace, alice: Person, record_type: RecordType
) -> None:
    with acme.acting(alice) as by:
        make(record_type, by)
    text = alice.client.get(f"/{record_type.collection}").text
    assert text.count('id="row-eye"') == 1
    assert text.count("data-peek-row") == 1  # One eye for all rows.
    assert 'id="peek-body"' in text
    rows = text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert "peek" not in rows


@every_type
def test_a_record_beside_its_list_takes_few_statements(
    acme: Workspace, alice: Person, record_type: RecordType
) -> None:
    with acme.acting(alice) as by:
        record = make(record_type, by)
    url = f"/{record_type.collection}/{record.id}"
    peek(alice.client, url)
    with statements() as few:
        assert peek(alice.client, url).status_code == 200
    assert len(few) <= MOST
    with acme.acting(alice) as by:
        for number in range(12):
            about = {"about_type": record_type.key, "about_id": str(record.id)}
            if record_type.has_timeline:
                make_activity(by, body=f"Call {number}", **about)
    with statements() as more:
        text = peek(alice.client, url).text
    assert len(more) <= len(few) + 2  # Picklists and whoever did it, however many they are.
    if record_type.has_timeline:
        assert text.count("tl-card") == 5
        assert "tl-more" in text


@pytest.mark.parametrize("verb", ["foreign", "unknown"])
def test_a_record_that_is_not_there_is_told_kindly_in_the_panel(
    acme: Workspace, alice: Person, charlie: Person, fence: Fence, verb: str
) -> None:
    client, url = alice.client, fence.contact_url
    if verb == "foreign":
        client = charlie.client
    else:
        url = f"/contacts/{new_id()}"
    answer = peek(client, url)
    assert answer.status_code == 404
    assert "There is no such record." in answer.text
    assert "data-peek-rest" in answer.text
    assert "<html" not in answer.text
    assert "Fence" not in answer.text
    assert "<html" in client.get(url).text


def test_a_colleagues_record_out_of_reach_is_not_there(
    acme: Workspace, alice: Person, bob: Person, fence: Fence
) -> None:
    assert peek(alice.client, fence.account_url).status_code == 200
    answer = peek(bob.client, fence.account_url)
    assert answer.status_code == 404
    assert "Fence" not in answer.text


def hide(acme: Workspace, alice: Person, *fields: tuple[str, str]) -> None:
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        rights = read_rights(by.session, role)
        rules = {**rights.fields, **dict.fromkeys(fields, FieldAccess.HIDDEN)}
        set_rights(by, role, grants=rights.grants, fields=rules)
        assert by.session.query(FieldRule).count()


def test_the_panel_hides_what_the_role_may_not_see(
    acme: Workspace, alice: Person, dora: Person, fence: Fence
) -> None:
    seen = peek(dora.client, fence.account_url).text
    for words in ("Leeds", "7946 0301", "Send the offer"):
        assert words in seen, words
    hide(acme, alice, ("account", "city"), ("account", "phone"), ("account", "next_step"))
    hidden = peek(dora.client, fence.account_url).text
    for words in ("Leeds", "7946 0301", 'class="peek-step'):
        assert words not in hidden, words


def test_the_panel_offers_what_the_reader_may_do(alice: Person, dora: Person, fence: Fence) -> None:
    may = peek(alice.client, fence.account_url).text
    assert "data-peek-edit" in may
    assert 'id="form-follow_up"' in may
    assert 'href="tel:' in may
    may_not = peek(dora.client, fence.account_url).text
    assert "data-peek-edit" not in may_not
    assert 'id="form-follow_up"' not in may_not


def test_the_panel_tells_the_next_step_and_how_urgent_it_is(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    text = peek(alice.client, fence.account_url).text
    assert 'class="peek-step"' in text
    assert "Send the offer" in text
    with acme.acting(alice) as by:
        late = make_account(by, "Late")
        about = {"account_id": str(late.id), "subject": "Ring them"}
        make_activity(by, "task", due_at="2020-01-01T09:00", **about)
        none = make_account(by, "None")
        ids: list[UUID] = [late.id, none.id]
    assert 'class="peek-step is-late"' in peek(alice.client, f"/accounts/{ids[0]}").text
    assert "Nothing planned" in peek(alice.client, f"/accounts/{ids[1]}").text


def test_the_panel_leads_back_to_the_list_it_came_from(
    acme: Workspace, alice: Person, fence: Fence
) -> None:
    text = alice.client.get("/accounts?city=Leeds").text
    link = text.partition('class="who-name" href="')[2].partition('"')[0].replace("&amp;", "&")
    shown = peek(alice.client, link).text
    assert "%2Faccounts%3Fcity%3DLeeds" in shown  # Where saving an edit leads.
    with acme.acting(alice) as by:
        account = by.session.get_one(type(make_account(by, "Other")), fence.account)
        perform("account", "delete", account, by=by)
    assert peek(alice.client, link).status_code == 404
