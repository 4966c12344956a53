"""A paper is for who may read all that stands on it: on pages, among files, for programs."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from app.crm.models import Account
from app.documents.papers.find import documents_of
from app.documents.papers.make import Wish, make_document
from app.documents.papers.models import Document
from app.documents.texts.models import Purpose
from app.documents.texts.operations import Wish as Written
from app.documents.texts.operations import save_template
from app.identity.operations.roles import role_by_key, set_rights
from app.identity.rights import read_rights
from app.kernel.actor import Actor, Reach
from app.records.door import perform
from app.records.files.find import counted_lines_of, files_of, lines_of
from app.records.files.models import File
from app.records.files.tells import Uses
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.documents.test_texts import hide
from tests.factories import make_account, make_contact, make_file
from tests.records.api.conftest import Programs, program
from tests.records.pages.conftest import statements

__all__ = ["program"]
STATEMENT = Wish("statement", "en")


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


def made(by: Actor, record: Any, wish: Wish = STATEMENT, kind: str = "account") -> Document:
    return make_document(tailored(kind, by), record, wish, by)


def paths(document: Document) -> list[str]:
    kept = f"/files/{document.file_id}"
    return [
        f"/documents/{document.id}",
        f"/documents/{document.id}/pdf",
        kept,
        f"{kept}/content",
        f"{kept}/versions/1",
    ]


def status(person: Person, path: str) -> int:
    answer = person.client.get(path)
    answer.get_data()
    answer.close()
    return answer.status_code


def test_who_does_not_see_a_field_on_it_gets_neither_paper_nor_file(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, phone="+44 20 7946 0123", city="Leeds", owner_id=bob.user_id)
        document = made(by, firm)
        firm_id, found = firm.id, paths(document)
        document_id, file_id = document.id, document.file_id
        assert {"city", "phone"} <= set(document.tells["fields"]["account"])
    api = program(bob)
    assert [one for one in found if status(bob, one) != 200] == []
    assert status(bob, f"/accounts/{firm_id}/files.zip") == 200
    hide(acme, "sales_rep", "account", "phone")
    assert {status(bob, one) for one in found} == {404}
    shown = bob.client.get(f"/accounts/{firm_id}").text
    assert "Statement: Fence" not in shown.partition('id="timeline"')[0]
    assert str(document_id) not in shown
    assert str(file_id) not in shown
    assert str(file_id) not in bob.client.get(f"/accounts/{firm_id}/files").text
    assert status(bob, f"/accounts/{firm_id}/files.zip") == 404
    assert "Statement" not in bob.client.get(f"/accounts/{firm_id}/documents").text
    for one in (f"documents/{document_id}", f"documents/{document_id}/pdf", f"files/{file_id}"):
        assert api.get(one).status_code == 404, one
    assert api.get(f"files/{file_id}/content").status_code == 404
    assert api.get(f"accounts/{firm_id}/documents").json["data"] == []  # type: ignore[index]
    assert api.get(f"accounts/{firm_id}/files").json["data"] == []  # type: ignore[index]
    assert api.post(f"documents/{document_id}/links", {}).status_code == 404
    assert api.delete(f"documents/{document_id}").status_code == 404
    assert api.delete(f"files/{file_id}").status_code == 404
    hide(acme, "sales_rep", "account", "website")
    assert {status(bob, one) for one in found} == {200}, "that stands on it nowhere"


def reach_of_accounts(acme: Workspace, reach: Reach) -> None:
    with acme.scope() as session:
        role = role_by_key(session, "sales_rep")
        rights = read_rights(session, role)
        grants = {**rights.grants, ("account", "read"): reach}
        set_rights(acme.actor(), role, grants=grants, fields=rights.fields)


def test_who_does_not_read_a_record_on_it_does_not_get_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, city="Leeds")
        frank = make_contact(by, account_id=firm.id, owner_id=bob.user_id)
        letter = Wish("letter", "en", "Your visit", "Dear Frank")
        document = made(by, frank, letter, "contact")
        assert document.tells["records"] == {"account": [str(firm.id)]}
        url, file_id, frank_id = f"/documents/{document.id}", document.file_id, frank.id
    reach_of_accounts(acme, Reach.ALL)
    assert status(bob, url) == 200
    reach_of_accounts(acme, Reach.OWN)
    assert bob.client.get(f"/contacts/{frank_id}").status_code == 200
    assert status(bob, url) == 404
    assert str(file_id) not in bob.client.get(f"/contacts/{frank_id}").text


def test_a_paper_of_a_merged_record_is_for_who_reads_the_one_that_stays(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    """Frank is Bob's, and his letter names his firm, which becomes one of Alice's."""
    reach_of_accounts(acme, Reach.OWN)
    with acme.acting(alice) as by:
        his = make_account(by, "Fence", owner_id=bob.user_id)
        hers, other = make_account(by, "Gate"), make_account(by, "Wall")
        letter = Wish("letter", "en", "Your visit", "Dear Frank")
        urls = []
        for firm in (his, other):
            frank = make_contact(by, account_id=firm.id, owner_id=bob.user_id)
            urls.append(f"/documents/{made(by, frank, letter, 'contact').id}")
        ids = his.id, hers.id, other.id
    assert [status(bob, url) for url in urls] == [200, 404]
    with acme.acting(alice) as by:
        first = merge_records("account", ids[1], [ids[0]], by=by).id
    assert [status(bob, url) for url in urls] == [404, 404], "its facts are Gate's now"
    with acme.acting(alice) as by:
        undo_merge(first, by=by)
        merge_records("account", ids[0], [ids[2]], by=by)
    assert [status(bob, url) for url in urls] == [200, 200]


def test_deleting_a_record_opens_no_paper_that_tells_of_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    reach_of_accounts(acme, Reach.OWN)
    with acme.acting(alice) as by:
        hers = make_account(by, "Gate")
        frank = make_contact(by, account_id=hers.id, owner_id=bob.user_id)
        letter = Wish("letter", "en", "Your visit", "Dear Frank")
        url = f"/documents/{made(by, frank, letter, 'contact').id}"
        perform("contact", "update", frank, by=by, account_id=None)
        perform("account", "delete", hers, by=by)
    assert status(bob, url) == 404
    assert status(alice, url) == 200


def test_closed_papers_neither_fill_a_list_nor_are_counted(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    """Ten papers that Bob may not get are newer than all that he may."""
    with acme.acting(alice) as by:
        firm = make_account(by, owner_id=bob.user_id, phone="+44 20 7946 0123")
        open_to_bob = made(by, firm, Wish("letter", "en", "Your visit", "Dear all")).id
        for name in ("a.txt", "b.txt"):
            make_file(by, "account", firm.id, name)
        closed = [made(by, firm) for _number in range(10)]
        assert "phone" in closed[0].tells["fields"]["account"]
        firm_id = firm.id
    hide(acme, "sales_rep", "account", "phone")
    with acme.acting(bob) as by:
        kind, record = tailored("account", by), by.session.get_one(Account, firm_id)
        assert [one.id for one in documents_of(kind, record, by, 5)] == [open_to_bob]
        lines, total = counted_lines_of(kind, record, by, 2)
        assert (len(lines), total) == (2, 3)
        assert len(files_of(kind, record, by, 2)) == 2
    listed = program(bob).get(f"accounts/{firm_id}/documents?limit=1").json
    assert [one["id"] for one in listed["data"]] == [str(open_to_bob)]  # type: ignore[index]
    with acme.acting(alice) as by:
        kind, record = tailored("account", by), by.session.get_one(Account, firm_id)
        lines, total = counted_lines_of(kind, record, by, 2)
        assert (len(lines), total) == (2, 13)


def test_a_letter_by_a_template_tells_what_the_template_was_given(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        body = {"en": "{{ contact.title }} of {{ contact.account.city }}"}
        template = save_template(by, None, Written("Visit", "contact", Purpose.TEXT, {}, body))
        firm = make_account(by, city="Leeds", owner_id=bob.user_id)
        frank = make_contact(by, title="Buyer", account_id=firm.id, owner_id=bob.user_id)
        letter = Wish("letter", "en", "Your visit", "Dear Frank", template.id)
        document = made(by, frank, letter, "contact")
        fields = document.tells["fields"]
        assert {"title", "account_id"} <= set(fields["contact"])
        assert "city" in fields["account"]
        assert document.tells["records"] == {"account": [str(firm.id)]}
        url = f"/documents/{document.id}"
    assert status(bob, url) == 200
    hide(acme, "sales_rep", "account", "city")
    assert status(bob, url) == 404


def test_a_file_that_somebody_brought_is_for_whoever_reads_its_record(
    acme: Workspace, alice: Person, bob: Person
) -> None:

    with acme.acting(alice) as by:
        firm = make_account(by, owner_id=bob.user_id)
        file = make_file(by, "account", firm.id)
        assert file.tells is None
        file_id = file.id
    hide(acme, "sales_rep", "account", "phone")
    assert bob.client.get(f"/files/{file_id}").status_code == 200


def test_a_paper_of_which_nobody_noted_what_it_tells_is_for_who_sees_everything(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        document = made(by, make_account(by, city="Leeds", owner_id=bob.user_id))
        url = f"/documents/{document.id}"
    with acme.scope() as session:
        everything = {"fields": {"account": ["*"], "activity": ["*"]}, "records": {}}
        session.execute(update(Document).values(tells=everything))
        session.execute(update(File).values(tells=everything))
    assert status(bob, url) == 200
    hide(acme, "sales_rep", "account", "address")
    assert status(bob, url) == 404
    assert status(alice, url) == 200


def test_lists_of_files_without_papers_ask_nothing_more(acme: Workspace, alice: Person) -> None:

    with acme.acting(alice) as by:
        firm = make_account(by)
        for name in ("a.txt", "b.txt"):
            make_file(by, "account", firm.id, name)
        kind = tailored("account", by)
        by.session.flush()
        with statements() as asked:
            assert len(lines_of(kind, firm, by, 5)) == 2
        assert len(asked) == 1
        assert documents_of(kind, firm, by, 5) == []


def test_what_is_noted_is_kept_once_and_in_order() -> None:
    uses = Uses()
    uses.note("account", "name", "city", "city")
    uses.note("contact")
    uses.note_records("activity", [])
    assert uses.kept() == {"fields": {"account": ["city", "name"]}, "records": {}}
