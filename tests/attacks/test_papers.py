"""Documents and templates, attacked: texts that no form sends, merges, what is out of reach."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.documents.papers.models import Document
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from tests.attacks.program import Programs
from tests.cast import Person, Workspace
from tests.documents.test_papers import made
from tests.factories import make_account

pytestmark = pytest.mark.usefixtures("no_files")

TYPED = {"layout": "letter", "language": "en", "subject": "Hello", "body": "Dear Frank"}


def firm_of(acme: Workspace, person: Person, name: str = "Fence & Sons") -> UUID:
    with acme.acting(person) as by:
        return make_account(by, name).id


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "a\x00b", "subject": "a\x00b"},
        {"body": "\u202e\u0600\u2028\u200d" * 20, "subject": "\u202etxt.exe"},
        {"body": "\n" * 19_000 + "x"},
        {"body": "x" * 20_000},
        {"body": "🙂👨\u200d👩\u200d👧" * 50 + "\x1b[31m\x07\x7f\ufffe\uffff"},
        {"subject": "s" * 300},
        {"subject": "../../../etc/passwd"},
        {"subject": "."},
        {"language": "xx"},
        {"language": ""},
        {"layout": "../letter"},
        {"template_id": "nonsense"},
        {"template_id": str(UUID(int=9))},
        {"seal": "1"},
    ],
)
def test_odd_papers_are_made_or_refused_in_words(
    acme: Workspace, bob: Person, changes: dict[str, str]
) -> None:
    url = f"/accounts/{firm_of(acme, bob)}/documents"
    form = {**TYPED, **changes}
    for verb in ("preview", "text", "new"):
        assert bob.client.post(f"{url}/{verb}", data=form).status_code < 500, verb
    with acme.scope() as session:
        ids = session.scalars(select(Document.id)).all()
    for one in ids:
        assert bob.client.get(f"/documents/{one}").status_code == 200
        assert bob.client.get(f"/documents/{one}/pdf").data.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "changes",
    [
        {"body": "\ud800"},
        {"subject": "\ud800 x"},
        {"body": "a\x00b"},
        {"body": ["x"]},
        {"body": {"a": 1}},
        {"subject": 1e308},
        {"template_id": 7},
        {"with_seal": "yes"},
        {"with_seal": True},
        {"layout": None},
        {"language": ["en"]},
        {"data": {}},
        {"number": "1"},
    ],
)
def test_odd_papers_of_programs_are_refused_in_words(
    acme: Workspace, bob: Person, program: Programs, changes: dict[str, Any]
) -> None:
    firm = firm_of(acme, bob)
    answer = program(bob).post(f"accounts/{firm}/documents", {**TYPED, **changes})
    assert answer.status_code < 500, answer.text


def test_documents_follow_a_merge_and_come_back_with_its_undo(
    acme: Workspace, bob: Person, alice: Person
) -> None:
    firm, double = firm_of(acme, bob), firm_of(acme, bob, "Fence and Sons")
    with acme.acting(bob) as by:
        paper = made(by, make_account(by, "Other")).id
    bob.client.post(f"/accounts/{double}/documents/new", data=TYPED)
    with acme.scope() as session:
        paper = session.scalars(select(Document.id).where(Document.id != paper)).one()
    with acme.acting(alice) as by:
        merge = merge_records("account", firm, [double], by=by).id
    assert str(paper) in bob.client.get(f"/accounts/{firm}/documents").text
    assert bob.client.get(f"/documents/{paper}/pdf").status_code == 200
    with acme.acting(alice) as by:
        undo_merge(merge, by=by)
    assert str(paper) in bob.client.get(f"/accounts/{double}/documents").text


def test_a_document_of_a_record_out_of_reach_is_not_there(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    firm = firm_of(acme, alice, "Secret Sheds")
    alice.client.post(f"/accounts/{firm}/documents/new", data=TYPED)
    with acme.scope() as session:
        paper = session.scalars(select(Document.id)).one()
    client, api = bob.client, program(bob)
    never = UUID(int=5)
    for path in ("documents/{}", "documents/{}/pdf"):
        assert client.get("/" + path.format(paper)).status_code == 404
        theirs, none = api.get(path.format(paper)), api.get(path.format(never))
        assert (theirs.status_code, none.status_code) == (404, 404)
    assert client.post(f"/documents/{paper}/delete").status_code == 404
    assert api.delete(f"documents/{paper}").status_code == 404
    for verb in ("preview", "new", "text"):
        assert client.post(f"/accounts/{firm}/documents/{verb}", data=TYPED).status_code == 404
    assert api.post(f"accounts/{firm}/documents", TYPED).status_code == 404
    assert alice.client.get(f"/documents/{paper}").status_code == 200


def test_a_deleted_record_takes_its_documents_along(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    firm = firm_of(acme, bob)
    bob.client.post(f"/accounts/{firm}/documents/new", data=TYPED)
    with acme.scope() as session:
        paper = session.scalars(select(Document.id)).one()
    alice.client.post(f"/accounts/{firm}/delete")
    assert bob.client.get(f"/documents/{paper}").status_code == 404
    assert bob.client.get(f"/documents/{paper}/pdf").status_code == 404
    assert bob.client.post(f"/documents/{paper}/delete").status_code == 404


def test_odd_templates_are_refused_in_words(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    good = {"name": "A", "record_type": "contact", "purpose": "mail"}
    texts: list[dict[str, Any]] = [
        {"subject": {"en": "\ud800"}, "body": {"en": "\ud800"}},
        {"subject": {"en": "a"}, "body": {"en": '{{ "a" | replace: "a", "\ud800" }}'}},
        {"subject": {"en": "a"}, "body": {"en": "a\x00"}},
        {"subject": {"en": "a"}, "body": {"xx": "a"}},
        {"subject": {"en": "a"}, "body": {"en": 7}},
        {"subject": [], "body": {"en": "x"}},
        {"subject": {"en": "a"}, "body": "x"},
        {"subject": {"en": "a"}, "body": {"en": "{{ 1e999999999 }}"}},
        {"subject": {"en": "a"}, "body": {"en": "{{ contact.name | truncate: 1e400 }}"}},
        {"subject": {"en": "a"}, "body": {"en": "{% if (1..300000000) contains 0.5 %}{% endif %}"}},
        {"subject": {"en": "a"}, "body": {"en": "{{ 9 | divided_by: '1e-999999999' }}"}},
        {"name": "n" * 5_000, "subject": {"en": "a"}, "body": {"en": "a"}},
        {"record_type": "nonsense", "subject": {"en": "a"}, "body": {"en": "a"}},
    ]
    api = program(alice)
    for one in texts:
        for path in ("text-templates", "templates", "text_templates"):
            answer = api.post(path, {**good, **one})
            assert answer.status_code < 500, (one, answer.text)
