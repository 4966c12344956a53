"""A table as a paper, such as a report: columns, rows and totals under the firm's letterhead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from app.documents.papers.layouts import SHARED
from app.documents.papers.letterhead import firm_of, letterhead, pictures_on
from app.documents.papers.sheets import sheets_of
from app.documents.pdf.press import pdf_of
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _, current, gettext
from app.records.exports.papers import TablePaper
from app.web.formats import formats

SOURCE = SHARED / "report-3.typ"
MOST_ROWS = 2_000


def table_pdf(table: TablePaper, by: Actor) -> bytes:
    """The PDF of a table whose cells are texts, in the language in use.

    A table that is too wide is turned; one that is too wide even so comes in parts, each with the
    names of its rows. Refused for more rows than a paper takes.
    """
    turned, parts = sheets_of(table)
    if len(table.rows) * len(parts) > MOST_ROWS:
        raise Refused(_("A document has at most %(limit)s rows.", limit=MOST_ROWS))
    firm = firm_of(letterhead(by), by, has_seal=False, has_bank=False)
    data = {
        "language": current(),
        "title": table.title,
        "date": formats(by).day(by.today(), date.min),
        "firm": firm,
        "words": {"page": gettext("Page {n} of {total}"), "bank": gettext("Bank account")},
        "content": {
            "note": table.note,
            "turned": turned,
            "parts": [_part(table, one) for one in parts],
        },
    }
    return pdf_of(SOURCE, data, pictures_on(firm, by), by.now)


def _part(table: TablePaper, columns: Sequence[int]) -> dict[str, Any]:
    def kept(cells: Sequence[str]) -> list[str]:
        return [cells[at] for at in columns]

    return {
        "columns": [asdict(table.columns[at]) for at in columns],
        "rows": [{"cells": kept(row.cells), "total": row.is_total} for row in table.rows],
        "totals": kept(table.totals) if table.totals else [],
    }
