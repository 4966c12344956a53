"""The settings of text templates, and what programs do with them."""

from __future__ import annotations

from html import unescape
from uuid import UUID

from sqlalchemy import select

from app.documents.texts.models import TextTemplate
from app.documents.texts.operations import Wish, save_template
from app.identity.operations.roles import role_by_key, set_rights
from app.kernel.actor import Reach
from tests.cast import Person, Workspace
from tests.factories import make_contact
from tests.records.api.conftest import Program, Programs

PLACE = "/settings/templates"
TYPED = {
    "record_type": "contact",
    "name": "Greeting",
    "purpose": "mail",
    "subject.en": "Hello",
    "body.en": "Dear {{ contact.first_name }} {{ contact.title }}",
}


def made(acme: Workspace) -> TextTemplate:
    with acme.scope() as session:
        return session.scalars(select(TextTemplate)).one()


def test_a_template_is_made_changed_and_brought_back_by_hand(
    acme: Workspace, alice: Person
) -> None:
    client = alice.client
    assert "No templates yet" in client.get(PLACE).text
    assert "record_type=contact" in client.get(f"{PLACE}/new").text
    assert "contact.account.name" in client.get(f"{PLACE}/new?record_type=contact").text
    answer = client.post(f"{PLACE}/new", data=TYPED)
    url = f"{PLACE}/{made(acme).id}"
    assert answer.headers["Location"] == url
    answer = client.post(url, data={**TYPED, "name": "Farewell", "version": "1"})
    assert answer.status_code == 303
    assert made(acme).name == "Farewell"
    versions = client.get(f"{url}/versions").text
    assert "Version 2" in versions
    assert client.post(f"{url}/versions/1/restore").status_code == 303
    assert made(acme).name == "Greeting"
    assert "Greeting" in client.get(PLACE).text
    assert client.post(f"{url}/delete").headers["Location"] == PLACE
    assert client.get(url).status_code == 404


def test_what_was_typed_stays_with_its_error_beside_the_text(
    acme: Workspace, alice: Person
) -> None:
    wrong = {**TYPED, "body.en": "Hello\n{{ contact.nose }}"}
    answer = alice.client.post(f"{PLACE}/new", data=wrong)
    text = unescape(answer.text)
    assert answer.status_code == 422
    assert 'id="body.en-error"' in text
    assert "Line 2: There is no “contact.nose”." in text
    assert "{{ contact.nose }}" in text


def test_whoever_was_slower_keeps_what_they_typed(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        template = save_template(by, None, Wish("A", "contact", "text", {}, {"en": "First"}))
        save_template(by, template, Wish("A", "contact", "text", {}, {"en": "Second"}))
        url = f"{PLACE}/{template.id}"
    answer = alice.client.post(
        url, data={**TYPED, "purpose": "text", "body.en": "Third", "version": "1"}
    )
    assert answer.status_code == 409
    assert "Third" in answer.text
    assert 'name="version" value="2"' in answer.text


def test_the_preview_fills_in_what_is_being_typed_for_the_chosen_record(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        person = make_contact(by, first_name="<i>Grace</i>", title=None)
        make_contact(by, first_name="Heidi")
        person_id = str(person.id)
    client = alice.client
    shown = client.post(f"{PLACE}/preview", data={**TYPED, "record_id": person_id}).text
    assert "Dear &lt;i&gt;Grace&lt;/i&gt;" in shown
    assert "contact.title is empty on this record." in shown
    assert "Dear Heidi" in client.post(f"{PLACE}/preview", data=TYPED).text
    broken = {**TYPED, "body.en": "{% for i in (1..100000) %}x{% endfor %}"}
    assert "does too much" in client.post(f"{PLACE}/preview", data=broken).text
    gone = {**TYPED, "record_id": str(UUID(int=7))}
    assert "Choose a record" in client.post(f"{PLACE}/preview", data=gone).text
    with acme.scope() as session:
        assert session.scalars(select(TextTemplate)).all() == []


def test_without_the_permission_no_page_of_templates_opens(acme: Workspace, bob: Person) -> None:
    assert bob.client.get(PLACE).status_code == 403
    assert bob.client.post(f"{PLACE}/new", data=TYPED).status_code == 403
    assert bob.client.post(f"{PLACE}/preview", data=TYPED).status_code == 403


def test_programs_make_change_and_fill_in_templates(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    api = program(alice)
    body = {"name": "Hi", "record_type": "contact", "body": {"en": "Dear {{ contact.name }}"}}
    refused = api.post("templates", body)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "subject.en"
    answer = api.post("templates", {**body, "subject": {"en": "Hello"}})
    assert answer.status_code == 201
    url = answer.headers["Location"].removeprefix("/api/v1/")
    assert answer.json["version"] == 1
    changed = api.patch(url, {"name": "Ho"}, If_Match=answer.headers["ETag"])
    assert (changed.json["name"], changed.json["version"]) == ("Ho", 2)
    late = api.patch(url, {"name": "He"}, If_Match=answer.headers["ETag"])
    assert late.status_code == 412
    assert [one["name"] for one in api.get("templates").json["data"]] == ["Ho"]
    assert api.get("templates?record_type=account").json["data"] == []
    with acme.acting(alice) as by:
        person_id = str(make_contact(by).id)
    filled = api.post(f"{url}/render", {"record_id": person_id, "language": "en"}).json
    assert filled == {
        "subject": "Hello",
        "body": "Dear Frank Fence",
        "language": "en",
        "missing": [],
    }
    assert api.post(f"{url}/render", {"record_id": "x"}).status_code == 422
    assert api.post(f"{url}/render", {"record_id": str(UUID(int=9))}).status_code == 404
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


def test_a_program_without_the_permission_reads_templates_and_changes_none(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        wish = Wish("A", "contact", "text", {}, {"en": "First"})
        url = f"templates/{save_template(by, None, wish).id}"
    api: Program = program(bob)
    assert api.get(url).status_code == 200
    assert api.patch(url, {"name": "B"}).status_code == 403
    assert api.delete(url).status_code == 403


def test_templates_of_records_that_one_may_not_read_are_not_there(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        wish = Wish("A", "product", "text", {}, {"en": "First"})
        url = f"templates/{save_template(by, None, wish).id}"
        role = role_by_key(by.session, "sales_rep")
        set_rights(by, role, grants={("contact", "read"): Reach.ALL}, fields={})
    api = program(bob)
    assert api.get(url).status_code == 404
    assert api.get("templates").json["data"] == []
