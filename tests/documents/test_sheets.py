"""A table on paper: upright while it fits, turned where it is wide, in parts where it is wider."""

from __future__ import annotations

import pytest

from app.documents.papers.sheets import sheets_of
from app.documents.papers.table import table_pdf
from app.records.exports.papers import Column, Row, TablePaper
from tests.cast import Person, Workspace


def table(numbers: int, name: str = "Germany", names: int = 1) -> TablePaper:
    columns = [Column("Country")] * names + [Column("Amount", number=True)] * numbers
    row = Row([name] * names + ["1,234,567.00"] * numbers)
    return TablePaper("Sales", "", columns, [row], row.cells, names)


@pytest.mark.parametrize(
    ("numbers", "turned", "parts"), [(0, False, 1), (4, False, 1), (8, True, 1), (30, True, 4)]
)
def test_a_wide_table_is_turned_and_a_wider_one_comes_in_parts(
    numbers: int, turned: bool, parts: int
) -> None:
    found = sheets_of(table(numbers))
    assert (found[0], len(found[1])) == (turned, parts)


@pytest.mark.parametrize("names", [0, 1, 3])
@pytest.mark.parametrize("name", ["", "Ö", "客户" * 200, "A" * 500])
def test_each_number_stands_once_beside_the_names_of_its_row(names: int, name: str) -> None:
    _turned, parts = sheets_of(table(40, name, names))
    assert all(part[:names] == list(range(names)) for part in parts)
    assert [at for part in parts for at in part[names:]] == list(range(names, names + 40))
    assert all(len(part) > names for part in parts)


def test_a_paper_in_parts_is_made(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        assert b"/Type/Pages/Count 4/" in table_pdf(table(30, "客户"), by)
