"""Numbers of papers: one row for each kind and fiscal year, without gaps, on the paper itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.documents.papers.find import find_document, pdf_bytes
from app.documents.papers.make import Wish, delete_document, made_again, make_document
from app.documents.papers.models import Document
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Programs, program

__all__ = ["program"]
STATEMENT = Wish("statement", "en")
LETTER = Wish("letter", "en", "Your visit", "Dear Frank")
URL = "/settings/numbers/paper.statement"


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


def made(by: Actor, record: Any, wish: Wish = STATEMENT) -> Document:
    return make_document(tailored("account", by), record, wish, by)


def numbers(acme: Workspace) -> list[str | None]:
    with acme.scope() as session:
        return list(session.scalars(select(Document.number).order_by(Document.number)))


def test_each_kind_has_a_row_of_its_own_and_the_number_stands_on_the_paper(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        year = by.today().year
        firm = make_account(by)
        first, letter, second = (made(by, firm, one) for one in (STATEMENT, LETTER, STATEMENT))
        assert [first.number, letter.number, second.number] == [
            f"S-{year}-0001",
            f"L-{year}-0001",
            f"S-{year}-0002",
        ]
        assert first.data["date"].startswith(f"No. S-{year}-0001 · ")
        chinese = made(by, firm, Wish("statement", "zh-CN"))
        assert chinese.data["date"].startswith(f"编号 S-{year}-0003 · ")
        assert made_again(first, by) == pdf_bytes(first, by), "made again it keeps its number"


def test_who_rolls_back_gives_the_number_back_and_what_is_deleted_leaves_its_own(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm_id = make_account(by).id
    with acme.acting(alice) as by:
        made(by, by.session.get_one(Account, firm_id))
        by.session.rollback()
    with acme.acting(alice) as by:
        firm = by.session.get_one(Account, firm_id)
        with pytest.raises(Refused):
            made(by, firm, Wish("letter", "en", "No text", ""))
        first = made(by, firm)
        assert str(first.number).endswith("-0001")
        delete_document(*find_document(first.id, by), by)
        assert str(made(by, firm).number).endswith("-0002"), "no number is given twice"


def test_papers_made_at_one_moment_have_numbers_without_gaps(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm_id, year = make_account(by).id, by.today().year

    def make(at: int) -> None:
        # A workspace object of its own: each thread opens its own scope.
        with Workspace(acme.facts, acme.engine_app).acting(alice) as by:
            made(by, by.session.get_one(Account, firm_id))
            if at % 3 == 0:
                by.session.rollback()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(make, range(9)))
    assert numbers(acme) == [f"S-{year}-{one:04}" for one in range(1, 7)]


def test_a_firm_chooses_its_own_pattern_or_none(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm_id: UUID = make_account(by).id
        made(by, by.session.get_one(Account, firm_id))
    shown = alice.client.get("/settings/numbers").text
    assert "Statements for customers" in shown
    assert alice.client.get(URL).status_code == 200
    form = {"pattern": "STMT-{yy}-{number:03}", "resets": "year", "is_on": "1"}
    assert alice.client.post(URL, data={**form, "preview": "1"}).status_code == 422
    assert alice.client.post(URL, data=form).status_code == 303
    with acme.acting(alice) as by:
        number = made(by, by.session.get_one(Account, firm_id)).number
        assert number == f"STMT-{by.today().year % 100:02}-001"
    assert (
        alice.client.post(URL, data={k: form[k] for k in ("pattern", "resets")}).status_code == 303
    )
    with acme.acting(alice) as by:
        assert made(by, by.session.get_one(Account, firm_id)).number is None
    assert alice.client.post(f"{URL}/existing").status_code == 404


def test_programs_are_told_the_number_and_how_it_is_made(
    acme: Workspace, alice: Person, bob: Person, program: Programs
) -> None:
    api = program(alice)
    with acme.acting(alice) as by:
        firm_id, year = make_account(by).id, by.today().year
    sent = api.post(f"accounts/{firm_id}/documents", {"layout": "statement", "language": "en"})
    assert sent.json["number"] == f"S-{year}-0001"  # type: ignore[index]
    rows = api.get("number-sequences").json["data"]  # type: ignore[index]
    (row,) = (one for one in rows if one["record_type"] == "paper.statement")
    assert (row["next_number"], row["resets"]) == (f"S-{year}-0002", "fiscal")
    changed = api.patch("number-sequences", {"record_type": "paper.letter", "is_on": False})
    assert changed.json["is_on"] is False  # type: ignore[index]
    assert program(bob).get("number-sequences").status_code == 403
    page = alice.client.get(f"/accounts/{firm_id}/documents").text
    assert f"S-{year}-0001" in page
