"""A quote with many lines: what a change of one costs while it is typed, and what its PDF."""

from __future__ import annotations

from statistics import median
from time import perf_counter
from uuid import UUID

from sqlalchemy import select

from app.crm.models import Account
from app.documents.papers.layouts import install
from app.documents.papers.make import Wish, draft_of
from app.documents.pdf.press import pdf_of
from app.identity.actors import actor_for
from app.identity.models import User
from app.kernel.actor import Actor
from app.modules import LAYOUTS
from app.records.door import perform
from app.records.tailored import tailored
from app.sales.models import Quote
from app.sales.pages.editor import CELLS
from app.sales.terms.kept import save_terms
from bench.asking import measure
from bench.figures import Figure, Limit
from bench.pace import look, slowness
from bench.service import Person, Service, sign_in
from bench.surroundings import OWNER, Workspace

CHANGE = Limit(floor=50)
SECONDS = Limit(floor=1)
LINES, FEW = 200, 20
PRODUCTS = 100
CHANGES = 40  # Different forms that are sent in turn.
TIMES = 15


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    install(LAYOUTS)
    owner = sign_in(web)
    with measured.acting() as service:
        user = service.session.scalars(select(User).where(User.email == OWNER)).one()
        by = actor_for(service.session, service.tenant, user, service.now, "web")
        save_terms(by, {"is_on": True})
        products = _products(by)
        quotes = {number: _quote(number, products, by) for number in (LINES, FEW)}
    figures = [_change(web, owner, quotes[LINES], products)]
    with measured.acting() as by:
        figures += [_paper(number, one, by) for number, one in quotes.items()]
    return figures


def _products(by: Actor) -> list[UUID]:
    """Products with prices, taxes and costs."""
    return [
        perform(
            "product",
            "create",
            by=by,
            name={"zh-CN": f"电钻 {number}", "en": f"Drill {number}"},
            number=f"BENCH-{number}",
            list_price=str(number + 100),
            cost=str(number + 60),
            tax_rate=("13", "6")[number % 2],
        ).id
        for number in range(PRODUCTS)
    ]


def _quote(number: int, products: list[UUID], by: Actor) -> UUID:
    """A draft for some customer with so many lines."""
    account = by.session.scalars(select(Account.id).order_by(Account.id).limit(1)).one()
    lines = [
        {"product_id": str(products[at % PRODUCTS]), "quantity": str(at + 1), "discount": "2"}
        for at in range(number)
    ]
    return perform("quote", "create", by=by, account_id=str(account), lines=lines).id


def _change(web: Service, owner: Person, quote_id: UUID, products: list[UUID]) -> Figure:
    """What the editor asks for when one quantity was typed: all rows go, sums and terms come."""
    owner.get(f"/quotes/{quote_id}/lines")
    asked = [
        owner.write("POST", f"/quotes/{quote_id}/reckon", body=_form(products, turn))
        for turn in range(CHANGES)
    ]
    return measure(f"a change in a quote of {LINES} lines", web, asked, limit=CHANGE)


def _form(products: list[UUID], turn: int) -> dict[str, list[str]]:
    """The rows as a browser sends them, with prices that were found; one quantity is new."""
    quantities = [str(at + 1) for at in range(LINES)]
    quantities[turn % LINES] = str(1_000 + turn)
    column = {
        "product_id": [str(products[at % PRODUCTS]) for at in range(LINES)],
        "name": [f"电钻 {at % PRODUCTS}" for at in range(LINES)],
        "quantity": quantities,
        "unit_price": [str(at % PRODUCTS + 100) for at in range(LINES)],
        "discount": ["2"] * LINES,
        "tax_rate": [("13", "6")[at % 2] for at in range(LINES)],
    }
    return {f"line.{key}": column.get(key, [""] * LINES) for key in CELLS}


def _paper(number: int, quote_id: UUID, by: Actor) -> Figure:
    """A quote from its rows to its PDF."""
    kind = tailored("quote", by)
    quote = by.session.get_one(Quote, quote_id)
    before = look()
    size, times = 0, []
    for _turn in range(TIMES):
        begun = perf_counter()
        draft = draft_of(kind, quote, Wish("quote", "zh-CN"), by)
        size = len(pdf_of(draft.layout.source(), draft.data, draft.pictures, by.now))
        times.append(perf_counter() - begun)
    note = f"{size / 1000:.0f} kB, the slowest {max(times):.2f} s"
    pace = slowness(before, look())
    name = f"the PDF of a quote of {number} lines"
    return Figure(name, "s", median(times), limit=SECONDS, note=note, slowness=pace)
