"""What a document costs from its data to its PDF: seconds, the median of some of each kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter

from sqlalchemy import func, select

from app.crm.models import Account, ActivityLink
from app.documents.papers.layouts import install
from app.documents.papers.make import Wish, draft_of
from app.documents.papers.table import table_pdf
from app.documents.pdf.press import pdf_of
from app.kernel.actor import Actor
from app.modules import LAYOUTS
from app.records.exports.papers import Column, Row, TablePaper
from app.records.tailored import tailored
from bench.figures import Figure, Limit
from bench.pace import look, slowness
from bench.service import Service
from bench.surroundings import Workspace

SECONDS = Limit(floor=1)
TIMES = 15
BODY = {
    "en": "Dear customer,\n\nthank you for your visit. We enclose what we talked about.",
    "zh-CN": "尊敬的客户：\n\n感谢您的来访。随函附上我们商谈的内容。\n\n此致\n敬礼",
}
ROWS = 500


def run(measured: Workspace, _web: Service) -> list[Figure]:
    """All figures of this bench."""
    install(LAYOUTS)
    with measured.acting() as by:
        account = _busiest(by)
        wishes = [
            (f"a letter ({one})", Wish("letter", one, "Your visit", text))
            for one, text in BODY.items()
        ]
        wishes.append(("a statement of the busiest customer", Wish("statement", "zh-CN")))
        figures = [_figure(name, partial(_make, wish, account, by)) for name, wish in wishes]
        figures.append(_figure(f"a table of {ROWS} rows", partial(_table, by)))
    return figures


def _busiest(by: Actor) -> Account:
    """The account with most activities."""
    number = func.count()
    linked = ActivityLink.record_type == "account"
    found = select(ActivityLink.record_id).where(linked).group_by(ActivityLink.record_id)
    account_id = by.session.scalar(found.order_by(number.desc()).limit(1))
    return by.session.get_one(Account, account_id)


def _make(wish: Wish, account: Account, by: Actor) -> int:
    draft = draft_of(tailored("account", by), account, wish, by)
    return len(pdf_of(draft.layout.source(), draft.data, draft.pictures, by.now))


def _table(by: Actor) -> int:
    columns = [Column("Month"), Column("Visits", number=True), Column("Remark", wide=True)]
    told = "客户 visited the fair"
    rows = [Row([f"2026-{n % 12 + 1:02}", f"{n * 37:,}", told]) for n in range(ROWS)]
    return len(table_pdf(TablePaper("Visits", "2026", columns, rows), by))


def _figure(name: str, make: Callable[[], int]) -> Figure:
    before = look()
    size, times = 0, []
    for _turn in range(TIMES):
        begun = perf_counter()
        size = make()
        times.append(perf_counter() - begun)
    note = f"{size / 1000:.0f} kB, the slowest {max(times):.2f} s"
    pace = slowness(before, look())
    return Figure(name, "s", median(times), limit=SECONDS, note=note, slowness=pace)
