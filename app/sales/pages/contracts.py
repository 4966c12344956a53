"""What stands on a contract's page, and of contracts on the pages of what they belong to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.access import may_do, sees
from app.records.registry import registry
from app.records.tailored import tailored
from app.sales.models import Contract, Opportunity, Order, Quote
from app.sales.operations.balance import NOTHING
from app.sales.operations.collected import collected_of
from app.sales.operations.instalment_invoices import left_of
from app.sales.pages.beside import Known
from app.sales.pages.paper_lead import paper_lead
from app.sales.pages.related import Related, RelatedWords, pill_of, related_panel
from app.sales.plan.kept import instalments_of
from app.sales.plan.sight import sees_plan
from app.sales.plan.words import is_dropped, shown_instalment
from app.web.formats import formats

CONTRACTS = RelatedWords(_("Contracts"), _("Add a contract"), _("No contract yet."))


def contract_panel(contract: Contract, by: Actor) -> dict[str, Any]:
    """The payment plan of a contract, and what is to be known of its end."""
    kind = registry().type("contract")
    if not sees_plan(by):
        return {"instalments": None, "notes": _notes(contract, by)}
    rows = instalments_of(contract.id, by)
    writes = not by.tenant.is_read_only
    tells = sees(kind, "collected", by)
    came = collected_of([one.id for one in rows], by) if rows and tells else {}
    left = left_of(rows, by) if rows and _may(contract, "invoice", by) else {}
    may_reach = _may(contract, "reach", by)
    shown = [
        shown_instalment(
            one,
            contract,
            by,
            may_reach=may_reach,
            may_invoice=left.get(one.id, NOTHING) > 0 and not is_dropped(one, contract),
            collected=came.get(one.id, NOTHING),
        )
        for one in rows
    ]
    return {
        "instalments": shown,
        "total": formats(by).money(
            sum((one.amount for one in rows), Decimal(0)), contract.currency
        ),
        "url": f"/contracts/{contract.id}",
        "may_edit": writes
        and (contract.is_draft or contract.is_running)
        and may_do(kind, contract, "set_instalments", by),
        "notes": _notes(contract, by),
    }


def _may(contract: Contract, verb: str, by: Actor) -> bool:
    """True where `by` may do this with a contract as it stands."""
    kind = registry().type("contract")
    action = kind.action(verb)
    can = action is not None and action.when(contract) and not by.tenant.is_read_only
    return can and may_do(kind, contract, verb, by)


def _notes(contract: Contract, by: Actor) -> list[Text]:
    kind, write = registry().type("contract"), formats(by)
    notes: list[Text] = []
    if contract.terminate_reason and sees(kind, "terminate_reason", by):
        notes.append(_("Terminated: %(name)s", name=contract.terminate_reason))
    comes_up = (
        contract.is_running
        and contract.next_id is None
        and contract.notice_on is not None
        and contract.notice_on <= by.today()
        and contract.ends_on is not None
        and all(sees(kind, key, by) for key in ("notice_on", "ends_on", "next_id"))
    )
    if comes_up and contract.ends_on is not None:
        day = write.day(contract.ends_on, by.today())
        notes.append(_("This contract ends on %(day)s: talk about its renewal.", day=day))
    return notes


def contracts_of_account(account: Any, by: Actor, known: Known) -> dict[str, Any]:
    """The contracts of an account that `by` may read."""
    return _panel("account_id", account, {"account_id": account.id}, by, known)


def contracts_of_opportunity(opportunity: Opportunity, by: Actor) -> dict[str, Any]:
    """The contracts of an opportunity that `by` may read."""
    return _panel("opportunity_id", opportunity, {"opportunity_id": opportunity.id}, by)


def contracts_of_order(order: Order, by: Actor) -> dict[str, Any]:
    """The contracts of an order that `by` may read; a new one is made by its action."""
    return _panel("order_id", order, None, by)


def contracts_of_quote(quote: Quote, by: Actor) -> dict[str, Any]:
    """The contracts of a quote that `by` may read; a new one is made by its action."""
    return _panel("quote_id", quote, None, by)


def _panel(
    key: str, record: Any, preset: dict[str, UUID] | None, by: Actor, known: Known = None
) -> dict[str, Any]:
    """The contracts that were made last, and how many there are."""
    return related_panel(
        "contract",
        key,
        record.id,
        CONTRACTS if preset is not None else replace(CONTRACTS, empty=""),
        lambda one: _shown(one, record.name, by),
        by,
        order=(Contract.created_at.desc(),),
        preset=preset,
        known=known,
    )


def _shown(contract: Contract, beside: str, by: Actor) -> Related:
    kind, write = tailored("contract", by), formats(by)
    status, colour = pill_of("contract", "status", contract.status, by)
    lead, told = paper_lead(contract, "contract", beside, by)
    is_late = False
    if contract.next_due_on is not None and sees(kind, "next_due_on", by):
        is_late = contract.next_due_on < by.today()
        day = write.day(contract.next_due_on, by.today())
        told.append(
            str(_("overdue since %(day)s", day=day) if is_late else _("due %(day)s", day=day))
        )
    if contract.progress and sees(kind, "progress", by):
        told.append(contract.progress)
    is_told = contract.amount is not None and sees(kind, "amount", by)
    amount = write.money(contract.amount or Decimal(0), contract.currency) if is_told else ""
    url = f"/contracts/{contract.id}"
    return Related(url, lead, " · ".join(told), amount, status, colour, is_late)
