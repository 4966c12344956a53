"""All of sales that stands beside a customer: one statement tells what is there at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.kernel.actor import Actor
from app.sales.pages.beside import Known, kinds_beside
from app.sales.pages.contracts import contracts_of_account
from app.sales.pages.invoices import invoices_of_account
from app.sales.pages.orders import orders_of_account
from app.sales.pages.payer import payer_panel
from app.sales.pages.sales_beside import opportunities_of_account
from app.sales.pages.sold_beside import leads_of_account, payments_of_account, quotes_of_account

RELATED = "sales/_related_panel.html"
KINDS = ("opportunity", "quote", "order", "contract", "invoice", "payment", "lead")
PANELS: tuple[tuple[str, Callable[[Any, Actor, Known], dict[str, Any]]], ...] = (
    ("sales/_opportunities_panel.html", opportunities_of_account),
    (RELATED, quotes_of_account),
    ("sales/_orders_panel.html", orders_of_account),
    (RELATED, contracts_of_account),
    ("sales/_invoices_panel.html", invoices_of_account),
    (RELATED, payments_of_account),
    ("sales/_payer_panel.html", payer_panel),
    (RELATED, leads_of_account),
)


def sales_of_account(account: Any, by: Actor) -> dict[str, Any]:
    """The panels of an account, each with its template, as far as `by` may read what they show."""
    known = kinds_beside(KINDS, "account_id", account.id, by)
    return {"panels": [(template, load(account, by, known)) for template, load in PANELS]}
