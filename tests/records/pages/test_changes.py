"""Making, editing, deleting on pages: nothing typed is lost, everything can be undone."""

from __future__ import annotations

import re

from sqlalchemy import select

from app.crm.models import Account
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.pages.conftest import Fence

DRAWER = {"HX-Request": "true", "HX-Target": "div#drawer-body"}
FORM = {"HX-Request": "true", "HX-Target": "form#record-form"}
CELL = {"HX-Request": "true", "HX-Target": "td"}
DETAIL = {"HX-Request": "true", "HX-Target": "dd#field-phone"}


def test_the_drawer_holds_the_form_alone_and_the_page_all(acme: Workspace, alice: Person) -> None:
    drawer = alice.client.get("/accounts/new?name=Kite", headers=DRAWER).text
    assert drawer.lstrip().startswith("<form")
    assert 'value="Kite"' in drawer
    assert "<html" in alice.client.get("/accounts/new").text


def test_a_new_record_leads_to_its_page(acme: Workspace, alice: Person) -> None:
    answer = alice.client.post("/accounts/new", data={"name": "Kite"}, headers=FORM)
    url = answer.headers["HX-Redirect"]
    assert re.fullmatch(r"/accounts/[0-9a-f-]{36}", url)
    page = alice.client.get(url).text
    assert "Kite was added." in page
    plain = alice.client.post("/accounts/new", data={"name": "Kite"})
    assert plain.status_code == 303


def test_saving_and_going_on_shows_an_empty_form(acme: Workspace, alice: Person) -> None:
    answer = alice.client.post("/accounts/new", data={"name": "Kite", "again": "1"}, headers=FORM)
    assert answer.headers["HX-Trigger"] == "records-changed"
    assert "Kite was added." in answer.text
    assert 'value="Kite"' not in answer.text


def test_a_refused_form_keeps_what_was_typed(acme: Workspace, alice: Person) -> None:
    answer = alice.client.post(
        "/accounts/new", data={"name": "", "phone": "no number", "city": "Leeds"}, headers=FORM
    )
    assert answer.status_code == 422
    assert 'value="no number"' in answer.text
    assert 'value="Leeds"' in answer.text
    assert 'id="f-name-error"' in answer.text
    assert 'id="f-phone-error"' in answer.text


def test_a_person_without_any_name_is_told_where(acme: Workspace, alice: Person) -> None:
    answer = alice.client.post("/contacts/new", data={"title": "Buyer"}, headers=FORM)
    assert answer.status_code == 422
    assert 'id="f-last_name-error"' in answer.text


def test_editing_leads_back_to_where_it_began(fence: Fence, alice: Person) -> None:
    form = alice.client.get(f"{fence.account_url}/edit?next=/accounts", headers=DRAWER).text
    assert 'name="next" value="/accounts"' in form
    answer = alice.client.post(
        f"{fence.account_url}/edit", data={"name": "Fence Ltd", "version": "1", "next": "/accounts"}
    )
    assert answer.headers["Location"] == "/accounts"
    elsewhere = alice.client.post(
        f"{fence.account_url}/edit", data={"city": "York", "next": "//evil.example"}
    )
    assert elsewhere.headers["Location"] == fence.account_url


def test_the_slower_of_two_sees_the_change_of_the_faster_one(
    fence: Fence, alice: Person, bob: Person, acme: Workspace
) -> None:
    url = f"{fence.account_url}/edit"
    alice.client.post(url, data={"name": "Fence Ltd", "city": "York", "version": "1"})
    answer = alice.client.post(
        url,
        data={"name": "Fence & Daughters", "city": "Leeds", "version": "1"},
        headers=FORM,
    )
    assert answer.status_code == 409
    assert 'value="Fence &amp; Daughters"' in answer.text  # What both changed stays as typed,
    assert "Fence Ltd" in answer.text  # with the other's beside it;
    assert 'value="York"' in answer.text  # what was left alone takes the other's.
    assert 'name="version" value="2"' in answer.text
    assert alice.client.get(fence.account_url).text.count("Fence Ltd") > 0


def test_saving_what_was_not_touched_changes_nothing(
    fence: Fence, alice: Person, acme: Workspace
) -> None:
    url = f"/activities/{fence.task}/edit"
    form = alice.client.get(url, headers=DRAWER).text
    due = re.search(r'value="(2030[^"]+)".*?name="due_at" value="([^"]+)"', form)
    assert due is not None
    sent = {"due_at": [due[1], due[2]], "subject": "Send the offer", "version": "1"}
    alice.client.post(url, data=sent)
    assert 'name="version" value="1"' in alice.client.get(url, headers=DRAWER).text


def test_a_field_is_edited_where_it_stands(fence: Fence, alice: Person) -> None:
    url = f"{fence.account_url}/fields/phone"
    form = alice.client.get(url, headers=DETAIL).text
    assert 'value="020 7946 0301"' in form
    detail = alice.client.post(url, data={"phone": "020 7946 0302", "version": "1"}, headers=DETAIL)
    assert "020 7946 0302" in detail.text
    assert "data-edit-open" in detail.text
    cell = alice.client.post(url, data={"phone": "020 7946 0303", "version": "2"}, headers=CELL)
    assert cell.text == "020 7946 0303"


def test_a_field_that_does_not_fit_comes_back_with_the_reason(fence: Fence, alice: Person) -> None:
    url = f"{fence.account_url}/fields/email"
    answer = alice.client.post(url, data={"email": "nowhere", "version": "1"}, headers=CELL)
    assert answer.status_code == 422
    assert 'value="nowhere"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert alice.client.get(f"{fence.account_url}/fields/next_step").status_code == 403
    assert alice.client.get(f"{fence.account_url}/fields/nothing").status_code == 404


def test_a_field_that_somebody_changed_meanwhile_is_not_overwritten(
    fence: Fence, alice: Person
) -> None:
    url = f"{fence.account_url}/fields/city"
    alice.client.post(url, data={"city": "York", "version": "1"}, headers=CELL)
    answer = alice.client.post(url, data={"city": "Hull", "version": "1"}, headers=CELL)
    assert answer.status_code == 409
    assert "York" in answer.text
    assert 'value="Hull"' in answer.text


def test_a_form_that_came_second_shows_the_conflict_and_its_own_mistakes(
    fence: Fence, alice: Person
) -> None:
    url = f"{fence.account_url}/edit"
    city = alice.client.post(
        f"{fence.account_url}/fields/city", data={"city": "York", "version": "1"}, headers=CELL
    )
    assert city.status_code == 200
    sent = {"name": "", "city": "Hull", "email": "nowhere", "version": "1"}
    answer = alice.client.post(url, data=sent)
    assert answer.status_code == 409
    assert "Somebody changed this record while you were editing it." in answer.text
    for key in ("name", "city", "email"):
        assert f'id="f-{key}-error"' in answer.text, key


def test_deleting_can_be_undone_with_all_that_went(fence: Fence, alice: Person) -> None:
    gone = alice.client.post(f"{fence.account_url}/delete")
    assert gone.headers["Location"] == "/accounts"
    page = alice.client.get("/accounts").text
    assert "Fence &amp; Sons was deleted." in page
    assert f'action="{fence.account_url}/restore"' in page
    assert alice.client.get(fence.account_url).status_code == 404
    assert alice.client.get(fence.contact_url).status_code == 404
    alice.client.post(f"{fence.account_url}/restore", headers={"HX-Request": "true"})
    assert alice.client.get(fence.account_url).status_code == 200
    assert alice.client.get(fence.contact_url).status_code == 200


def living(workspace: Workspace) -> int:
    with workspace.scope() as session:
        return len(session.scalars(select(Account.id).where(Account.deleted_at.is_(None))).all())


def test_a_new_record_belongs_to_who_makes_it(acme: Workspace, bob: Person) -> None:
    form = bob.client.get("/accounts/new").text
    assert f'<option value="{bob.user_id}" selected>' in form
    sent = {"name": "Bob's own", "owner_id": str(bob.user_id)}
    made = bob.client.post("/accounts/new", data=sent)
    assert bob.client.get(made.location).status_code == 200


def test_who_makes_a_record_of_nobody_is_led_to_the_list(bob: Person, alice: Person) -> None:
    made = bob.client.post("/accounts/new", data={"name": "Nobody's", "owner_id": ""})
    assert made.location == "/accounts"
    assert bob.client.get("/accounts").status_code == 200
    ours = alice.client.post("/accounts/new", data={"name": "Ours", "owner_id": ""})
    assert alice.client.get(ours.location).status_code == 200


def test_the_parts_of_a_name_stand_as_the_reader_writes_them(alice: Person) -> None:
    english = alice.client.get("/contacts/new", headers={"Cookie": "lang=en"}).text
    assert english.index('name="first_name"') < english.index('name="last_name"')
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    chinese = alice.client.get("/contacts/new").text
    assert chinese.index('name="last_name"') < chinese.index('name="first_name"')


def test_signs_alone_find_nobody(alice: Person, acme: Workspace) -> None:
    with acme.acting(alice) as by:
        make_account(by)
    assert "Fence" not in alice.client.get("/accounts?q=%25").text
    assert "Fence" in alice.client.get("/accounts?q=+").text
