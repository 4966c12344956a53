"""A table as a paper, such as a report: columns, rows and totals under the firm's letterhead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from app.documents.papers.layouts import SHARED
from app.documents.papers.letterhead import firm_of, letterhead, pictures_on
from app.documents.pdf.press import pdf_of
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _, current, gettext
from app.web.formats import formats

SOURCE = SHARED / "report-1.typ"
MOST_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading; numbers stand to the right, a wide one takes what room is left."""

    label: str
    number: bool = False
    wide: bool = False


def table_pdf(
    title: str,
    note: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    by: Actor,
    *,
    totals: Sequence[str] = (),
) -> bytes:
    """The PDF of a table whose cells are texts, in the language in use.

    Refused for more rows than a paper takes.
    """
    if len(rows) > MOST_ROWS:
        raise Refused(_("A document has at most %(limit)s rows.", limit=MOST_ROWS))
    firm = firm_of(letterhead(by), by, has_seal=False, has_bank=False)
    data = {
        "language": current(),
        "title": title,
        "date": formats(by).day(by.today(), date.min),
        "firm": firm,
        "words": {"page": gettext("Page {n} of {total}"), "bank": gettext("Bank account")},
        "content": {
            "note": note,
            "columns": [asdict(one) for one in columns],
            "rows": [list(row) for row in rows],
            "totals": list(totals),
        },
    }
    return pdf_of(SOURCE, data, pictures_on(firm, by), by.now)
