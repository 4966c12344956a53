"""Files of quotes: several rows are one quote with its lines, a draft like any other."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.actor import Actor
from app.modules import install_record_types
from app.records.door import perform
from app.records.imports import begin
from app.records.imports.given import keep_file
from app.records.imports.mapping import from_json
from app.records.imports.models import ImportRun
from app.records.imports.run import go_on
from app.records.tailored import tailored
from app.sales.lines.papers import standing_lines
from app.sales.models import Quote
from tests.cast import Person, Workspace
from tests.factories import make_product
from tests.records.imports.conftest import counts, why
from tests.sales.test_order_files import table

install_record_types()
HEAD = ("No", "Subject", "Customer", "Code", "Text", "Count", "Price", "Off")
COLUMNS: tuple[dict[str, Any], ...] = (
    {"source": "Subject", "field": "name"},
    {"source": "Customer", "field": "account_id", "create_missing": True},
    {"source": "Code", "field": "lines.product_id", "found_by": "number"},
    {"source": "Text", "field": "lines.name"},
    {"source": "Count", "field": "lines.quantity"},
    {"source": "Price", "field": "lines.unit_price"},
    {"source": "Off", "field": "lines.discount"},
)


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


def take(by: Actor, *rows: tuple[str, ...], **whole: Any) -> ImportRun:
    """Import a file of quotes, whose rows with the same number are one."""
    run = keep_file(tailored("quote", by), "offers.csv", io.BytesIO(table(HEAD, *rows)), by)
    mapping = from_json({"columns": [*COLUMNS], "group_by": "No", **whole})
    begin.begin_import(run, mapping, by, is_dry_run=False, by_job=False)
    run_id = run.id
    while run.is_under_way and go_on(run_id, by):
        pass
    by.session.flush()
    return by.session.get_one(ImportRun, run_id, populate_existing=True)


def test_rows_of_one_number_are_one_quote_with_its_lines(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        make_product(by, "Drill", number="D-1", list_price="80")
        run = take(
            by,
            ("7", "Long fence", "Fence & Sons", "D-1", "", "2", "", "10"),
            ("7", "", "", "", "Setting up", "1", "50", ""),
            ("8", "Gate", "Gates Ltd", "", "Gate", "1", "300", ""),
        )
        assert counts(run) == {"created": 2}
        quote = by.session.scalars(select(Quote).where(Quote.name == "Long fence")).one()
        lines = [
            (one.name, one.quantity, one.figures.unit_price) for one in standing_lines(quote, by)
        ]
        assert lines == [
            ("Drill", Decimal(2), Decimal(80)),
            ("Setting up", Decimal(1), Decimal(50)),
        ]
        assert (quote.status, quote.number, quote.net) == ("draft", None, Decimal("194.00"))
        perform("quote", "send", quote, by=by)
        assert quote.number


def test_a_file_again_changes_the_lines_of_drafts_and_none_that_was_sent(
    acme: Workspace, alice: Person
) -> None:
    again = {"mode": "both", "match_on": "name"}
    row = ("7", "Long fence", "Fence & Sons", "", "Fence", "2", "80", "")
    with acme.acting(alice) as by:
        take(by, row)
        assert counts(take(by, row, **again)) == {"skipped": 1}
        more = (*row[:5], "3", *row[6:])
        assert counts(take(by, more, **again)) == {"updated": 1}
        quote = by.session.scalars(select(Quote)).one()
        assert quote.net == Decimal(240)
        perform("quote", "send", quote, by=by)
        run = take(by, row, **again)
        assert counts(run) == {"failed": 1}
    ((_line, told),) = why(alice, run).items()
    assert "stays as it is" in " ".join(told.values())


def test_what_is_wrong_on_a_line_is_told_with_its_row(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        run = take(by, ("7", "Long fence", "Fence & Sons", "", "Fence", "many", "80", ""))
        assert counts(run) == {"failed": 1}
        assert by.session.scalars(select(Quote)).first() is None
    ((_line, told),) = why(alice, run).items()
    assert list(told.values()) == ["This must be a number."]
