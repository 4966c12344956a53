"""Contracts: what is derived of them, and what stays as it is once they were signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import inspect, select

from app.crm.models import Account
from app.crm.operations.named_after import keys_with_firm, refresh_one
from app.events import write_event
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import Text, _, using
from app.kernel.rows import put_derived
from app.kernel.searchkeys import grams, number_key, search_text, sort_key
from app.records.access import may_do, writable_keys
from app.records.alter import differing
from app.records.build import only_writable, put_values
from app.records.inputs import read_values
from app.records.picklists import picklists_of
from app.records.registry import registry
from app.records.tailored import tailored
from app.sales.lines.conditions import MOST_DAYS
from app.sales.lines.origin import take_from_opportunities
from app.sales.models import Contract, Invoice
from app.sales.operations.contract_origin import refuse_second
from app.sales.operations.first_sale import let_be_customers
from app.sales.operations.invoiced import ASKS
from app.sales.plan.kept import Planned, instalments_of, planned, put_plan, wish_of

MOST_NOTICE = 3_650
FIXED = (
    "name",
    "number",
    "status",
    "kind",
    "account_id",
    "currency",
    "rate",
    "rate_on",
    "amount",
    "payment_days",
    "signed_on",
    "starts_on",
    "ends_on",
    "quote_id",
    "order_id",
)
OF_INVOICES = ("account_id", "currency", "quote_id", "order_id")  # As its invoices have them.
INVOICED = _("Invoices stand against this contract. Cancel or credit them first.")
STAYS = _("This contract was signed and stays as it is. Reopen it to change it.")


def prepare_contract(contract: Contract, by: Actor) -> None:
    """Name a contract, fill its keys and days; Refused for a change of what was signed already."""
    is_new = inspect(contract).transient
    if is_new:
        take_from_opportunities(cast("Any", [contract]), by)
    elif not contract.is_decided:
        _refuse_fixed(contract)
    _check(contract)
    _set_notice(contract)
    account = _account(contract, by)
    if is_new:
        _begin(contract)
        if contract.payment_days is None and account is not None:
            contract.payment_days = account.payment_days
    elif contract.is_draft and not contract.is_decided:
        _refuse_moved(contract, by)
        _part_again(contract, by)
    if not contract.name:
        with using(by.tenant.language):
            one = str(registry().type("contract").words.one)
        contract.name = account.name if account is not None else one
    own = (contract.name, contract.number)
    firm = account.name if account is not None else ""
    text, found_by = keys_with_firm(search_text(own), grams(own), firm)
    derived = {
        "name_sort": sort_key(contract.name),
        "number_sort": number_key(contract.number),
        "search_text": text,
        "search_grams": found_by,
    }
    put_derived(contract, derived)


def contract_changed(contract: Contract, verb: str, by: Actor) -> None:
    """Keep in step what belongs to a contract: the instalments of a new one, its keys."""
    if verb == "create" and isinstance(contract.instalments, Planned):
        put_plan(contract, contract.instalments, by)
        by.session.flush()  # Its event tells the plan.
    if verb == "restore":
        _refuse_second(contract, by)
        refresh_one(contract, by)
        _follow_again(contract, by)
    if verb == "delete":
        _refuse_invoiced(contract, by)
        _follow_no_more(contract, by)
    if verb == "sign":
        let_be_customers([contract.account_id], by)
    contract.is_decided = False  # What comes after the action changes nothing of it.


def _refuse_invoiced(contract: Contract, by: Actor) -> None:
    """Refused for a contract on which invoices stand; an undo takes its own along."""
    hold(contract, by)
    if not by.restores and _is_invoiced(contract, by):
        raise Refused(INVOICED)


def _refuse_moved(contract: Contract, by: Actor) -> None:
    """Refused where a draft on which invoices stand gets another customer, currency or origin."""
    state = inspect(contract).attrs
    changed = [key for key in OF_INVOICES if getattr(state, key).history.has_changes()]
    if changed and _is_invoiced(contract, by):
        raise Refused(INVOICED, errors=dict.fromkeys(changed, INVOICED))


def _is_invoiced(contract: Contract, by: Actor) -> bool:
    its = select(Invoice.id).where(Invoice.contract_id == contract.id, ASKS).limit(1)
    with by.session.no_autoflush:
        return by.session.scalar(its) is not None


def _refuse_second(contract: Contract, by: Actor) -> None:
    """Refused where what a contract was made of became another one meanwhile."""
    for key in ("quote_id", "order_id"):
        its = getattr(contract, key)
        if its is not None:
            refuse_second((getattr(Contract, key) == its) & (Contract.id != contract.id), by)


def _follow_no_more(contract: Contract, by: Actor) -> None:
    """Let the contract that this one renewed be renewed again, and its owner told of it."""
    its = select(Contract).where(Contract.next_id == contract.id).with_for_update()
    for before in by.session.scalars(its).all():
        before.noticed_on = None
        _let_follow(before, None, by)


def _follow_again(contract: Contract, by: Actor) -> None:
    """Let one that comes back renew what it renewed, unless another does by now."""
    its = select(Contract).where(Contract.id == contract.previous_id, Contract.next_id.is_(None))
    for before in by.session.scalars(its.with_for_update()).all():
        _let_follow(before, contract, by)


def _let_follow(before: Contract, follows: Contract | None, by: Actor) -> None:
    was, now = before.next_id, follows.id if follows is not None else None
    before.next_id = now
    told = {"next_id": [str(was) if was else None, str(now) if now else None]}
    write_event(by, "contract", before.id, "updated", account_id=before.account_id, changes=told)


def gather_contracts(contracts: Sequence[Contract], by: Actor) -> None:
    """Find for whom many contracts are in few statements, before they are named after them."""
    new = [one for one in contracts if inspect(one).transient]
    take_from_opportunities(cast("Any", new), by)
    ids = {one.account_id for one in contracts if one.account_id is not None}
    with by.session.no_autoflush:
        rows = by.session.scalars(select(Account).where(Account.id.in_(ids))) if ids else ()
        found = {one.id: one for one in rows}
    for one in contracts:
        one.of_account = found.get(one.account_id) if one.account_id else None


def set_instalments(contract: Contract, by: Actor, instalments: Any, **head: Any) -> None:
    """Give a contract these instalments and no others, and a draft another amount with them.

    Refused with a message for each field of each, NotPermitted for an amount that `by` may not
    change. Of two who do so at once the second waits here, and is told when it is written.
    """
    hold(contract, by)
    changed = _read_amount(contract, head, by)
    kind = tailored("contract", by)
    put_values(kind, contract, changed)
    put_plan(contract, planned(contract, instalments), by)
    contract.is_decided = True  # The plan is that of the new amount already.


def hold(contract: Contract, by: Actor) -> None:
    """Let nobody else change a contract or its instalments until this is committed."""
    by.session.execute(select(Contract.id).where(Contract.id == contract.id).with_for_update())


def _read_amount(contract: Contract, head: dict[str, Any], by: Actor) -> dict[str, Any]:
    kind = tailored("contract", by)
    values = read_values(kind, head, by, picklists_of(by.session, kind), contract)
    changed = dict(differing(kind, contract, values))
    if changed:
        if not contract.is_draft:
            raise Refused(STAYS, field="amount")
        only_writable(kind, changed, writable_keys(kind, by))
        if not may_do(kind, contract, "update", by):
            raise NotPermitted(_("Your role does not allow this on this record."))
    return changed


def _begin(contract: Contract) -> None:
    """The plan that a new contract was handed, read before the contract stands."""
    contract.instalment_count = contract.collected_count = 0
    if contract.instalments is None or isinstance(contract.instalments, Planned):
        return
    found = planned(contract, contract.instalments)
    found.demand_fit()
    contract.instalments = found
    contract.instalment_count = len(found.read.wishes)
    contract.progress = f"0/{len(found.read.wishes)}" if found.read.wishes else None


def _part_again(contract: Contract, by: Actor) -> None:
    """Part another amount by the shares that stand; Refused where they are amounts."""
    state = inspect(contract).attrs
    if not (state.amount.history.has_changes() or state.currency.history.has_changes()):
        return
    with by.session.no_autoflush:
        rows = instalments_of(contract.id, by)
    if not rows:
        return
    if contract.amount is None or any(one.share is None for one in rows):
        told = _("Its instalments come to another amount. Change both in the payment plan.")
        raise Refused(told, field="amount")
    put_plan(contract, planned(contract, [wish_of(one, contract.currency) for one in rows]), by)


def _account(contract: Contract, by: Actor) -> Account | None:
    known: Account | None = contract.of_account
    if known is not None and known.id == contract.account_id:
        return known
    with by.session.no_autoflush:
        return by.session.get(Account, contract.account_id) if contract.account_id else None


def _check(contract: Contract) -> None:
    errors: dict[str, Text | str] = {}
    if (contract.amount or Decimal(0)) < 0:
        errors["amount"] = _("This can't be less than zero.")
    if contract.starts_on and contract.ends_on and contract.ends_on < contract.starts_on:
        errors["ends_on"] = _("The end can't be before the beginning.")
    for key, most in (("notice_days", MOST_NOTICE), ("payment_days", MOST_DAYS)):
        if not 0 <= (getattr(contract, key) or 0) <= most:
            errors[key] = _("This must be a number from 0 to %(most)s.", most=most)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)


def _set_notice(contract: Contract) -> None:
    """The day from which its renewal is to be talked about; another day is told anew."""
    was = contract.notice_on
    contract.notice_on = None
    if contract.ends_on is not None and contract.notice_days is not None:
        contract.notice_on = contract.ends_on - timedelta(days=contract.notice_days)
    if contract.notice_on != was:
        contract.noticed_on = None


def _refuse_fixed(contract: Contract) -> None:
    """Refused where a field changes that was agreed."""
    if contract.is_draft:
        return
    state = inspect(contract).attrs
    changed = [key for key in FIXED if getattr(state, key).history.has_changes()]
    if changed:
        raise Refused(STAYS, errors=dict.fromkeys(changed, STAYS))
