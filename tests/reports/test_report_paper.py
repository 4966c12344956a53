"""A report as a paper: for whoever may export, with what its reader sees and nothing else."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.events.models import Event
from app.kernel.language import using
from app.records.exports.papers import TablePaper
from app.reports.engine.run import run_report
from app.reports.engine.written import read
from app.reports.pages.paper import table_of
from tests.cast import Person, Workspace
from tests.documents.test_texts import hide
from tests.factories import make_account

BY_COUNTRY = {
    "record_type": "account",
    "groups": [{"field": "country"}],
    "measures": [{"what": "count"}],
}


@pytest.fixture
def firms(acme: Workspace, alice: Person, bob: Person) -> None:
    """Two German firms of Bob's, one British of Alice's."""
    with acme.acting(alice) as by:
        for name, country, owner in (("Zug", "DE", bob), ("Öl", "DE", bob), ("Tea", "GB", alice)):
            make_account(by, name, country=country, owner_id=owner.user_id)


def paper(acme: Workspace, person: Person, language: str = "en") -> TablePaper:
    with acme.acting(person) as by, using(language):
        definition = read(BY_COUNTRY)
        return table_of(run_report(definition, by), definition, "Firms", by)


@pytest.mark.usefixtures("firms")
def test_whoever_may_export_gets_a_pdf_and_the_audit_tells_of_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    form = {"definition": json.dumps(BY_COUNTRY), "name": "Firms", "format": "pdf"}
    answer = alice.sign_in().post("/reports/file", data=form)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.get_data().startswith(b"%PDF-")
    assert bob.sign_in().post("/reports/file", data=form).status_code == 403
    with acme.scope() as session:
        told = session.scalars(select(Event.changes).where(Event.verb == "exported")).all()
        assert [one["format"] for one in told] == [[None, "pdf"]]


@pytest.mark.usefixtures("firms")
def test_a_paper_has_groups_numbers_and_the_total_in_the_reader_s_language(
    acme: Workspace, alice: Person
) -> None:
    english, chinese = paper(acme, alice), paper(acme, alice, "zh-CN")
    assert [list(row.cells) for row in english.rows] == [["Germany", "2"], ["United Kingdom", "1"]]
    assert list(english.totals) == ["All", "3"]
    assert {row.cells[0] for row in chinese.rows} == {"德国", "英国"}


@pytest.mark.usefixtures("firms")
def test_a_paper_tells_nothing_of_a_field_that_its_reader_may_not_see(
    acme: Workspace, bob: Person
) -> None:
    hide(acme, "sales_rep", "account", "country")
    told = paper(acme, bob)
    assert "Germany" not in str(told.rows)
    assert "Country" in told.note
