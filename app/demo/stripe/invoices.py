"""Invoices: made of lines, paid by the customer's balance, a card, or by hand; tried again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.demo.stripe.cards import charge
from app.demo.stripe.errors import Wrong
from app.demo.stripe.world import DAY, Thing, World

RETRIES = (3, 5, 7)  # Days between the tries; after the last the subscription is unpaid.


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of an invoice is for, in cents."""

    amount: int
    text: str
    start: int
    end: int
    quantity: int
    price: str
    product: str
    is_proration: bool = False


def draft(
    world: World, customer: Thing, subscription: Thing | None, lines: Iterable[Line], reason: str
) -> Thing:
    """An invoice with these lines, as it stands before anybody pays; nobody is told yet."""
    wanted = list(lines)
    now = world.now(customer["id"])
    made = world.make("invoice", customer=customer["id"])
    made["created"] = now
    fill(made, customer, subscription, wanted, reason)
    made["status"], made["auto_advance"] = "draft", True
    return made


def fill(
    made: Thing, customer: Thing, subscription: Thing | None, lines: list[Line], reason: str
) -> None:
    """Put lines and sums into an invoice."""
    total = sum(one.amount for one in lines)
    balance = customer["balance"]  # Negative is the customer's credit.
    due = max(total + balance, 0)
    currency = subscription["currency"] if subscription else customer["currency"]
    made.update(
        currency=currency,
        billing_reason=reason,
        subtotal=total,
        total=total,
        subtotal_excluding_tax=total,
        total_excluding_tax=total,
        starting_balance=balance,
        ending_balance=total + balance - due,
        amount_due=due,
        amount_paid=0,
        amount_remaining=due,
        customer_email=customer["email"],
        customer_name=customer["name"],
        period_start=min((one.start for one in lines), default=None),
        period_end=max((one.end for one in lines), default=None),
        collection_method=subscription["collection_method"] if subscription else "send_invoice",
        metadata={},
    )
    if subscription is not None:
        made["parent"] = {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {
                "metadata": dict(subscription["metadata"]),
                "subscription": subscription["id"],
            },
        }
    made["lines"] = {
        "object": "list",
        "has_more": False,
        "url": f"/v1/invoices/{made.get('id')}/lines",
        "data": [_line(made, subscription, one, number) for number, one in enumerate(lines)],
    }


def _line(made: Thing, subscription: Thing | None, line: Line, number: int) -> Thing:
    priced = {"price": line.price, "product": line.product}
    details: Thing = {"proration": line.is_proration, "subscription": None}
    if subscription is not None:
        details["subscription"] = subscription["id"]
        details["subscription_item"] = subscription["items"]["data"][0]["id"]
    return {
        "id": f"il_{number}_{made.get('id')}",
        "object": "line_item",
        "amount": line.amount,
        "subtotal": line.amount,
        "currency": made["currency"],
        "description": line.text,
        "invoice": made.get("id"),
        "livemode": False,
        "metadata": {},
        "period": {"start": line.start, "end": line.end},
        "quantity": line.quantity,
        "parent": {"type": "subscription_item_details", "subscription_item_details": details},
        "pricing": {"type": "price_details", "price_details": priced},
    }


def finalize(world: World, invoice: Thing, days: int | None = None) -> None:
    """Give an invoice its number and open it; the customer's balance is used up by it."""
    customer = world.get("customer", invoice["customer"])
    now = world.now(customer["id"])
    world.tell("invoice.created", invoice)
    number = customer["next_invoice_sequence"]
    customer["next_invoice_sequence"] = number + 1
    customer["balance"] = invoice["ending_balance"]
    invoice["number"] = f"{customer['invoice_prefix']}-{number:04d}"
    invoice["status"] = "open"
    invoice["status_transitions"]["finalized_at"] = now
    invoice["effective_at"] = now
    base = world.secret.get("base_url", "")
    invoice["hosted_invoice_url"] = f"{base}/invoice/{invoice['id']}"
    invoice["invoice_pdf"] = f"{base}/invoice/{invoice['id']}/pdf"
    if invoice["collection_method"] == "send_invoice":
        invoice["due_date"] = now + (days if days is not None else 30) * DAY
    world.tell("invoice.finalized", invoice)


def collect(world: World, invoice: Thing) -> bool:
    """Try to charge an open invoice; True when it is paid by now. The next try is planned."""
    customer = world.get("customer", invoice["customer"])
    if invoice["amount_due"] == 0:
        settle(world, invoice)
        return True
    invoice["attempted"] = True
    invoice["attempt_count"] += 1
    try:
        charge(world, customer)
    except Wrong as refusal:
        invoice["last_finalization_error"] = None
        tries = invoice["attempt_count"]
        wait = RETRIES[tries - 1] if tries <= len(RETRIES) else None
        now = world.now(customer["id"])
        invoice["next_payment_attempt"] = now + wait * DAY if wait else None
        world.secret.setdefault("refusals", {})[invoice["id"]] = str(refusal)
        world.tell("invoice.payment_failed", invoice)
        return False
    settle(world, invoice)
    return True


def settle(world: World, invoice: Thing, *, by_hand: bool = False) -> None:
    """Note that an invoice is paid."""
    if invoice["status"] == "paid":
        raise Wrong("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] != "open":
        raise Wrong(f"This invoice is {invoice['status']} and can't be paid.")
    invoice["status"] = "paid"
    invoice["amount_paid"], invoice["amount_remaining"] = invoice["amount_due"], 0
    invoice["next_payment_attempt"] = None
    invoice["status_transitions"]["paid_at"] = world.now(invoice["customer"])
    if by_hand:
        world.secret.setdefault("by_hand", []).append(invoice["id"])
    world.tell("invoice.paid", invoice)
    if invoice["amount_paid"]:
        world.tell("invoice.payment_succeeded", invoice)


def credit(world: World, asked: Thing) -> Thing:
    """Give back what was paid for an invoice: to the card, or into the customer's balance."""
    invoice = world.get("invoice", asked.get("invoice", ""), "invoice")
    if invoice["status"] != "paid":
        raise Wrong("This stand-in takes credit notes of paid invoices only.", param="invoice")
    amount = asked.get("amount", 0)
    back, kept = asked.get("refund_amount", 0), asked.get("credit_amount", 0)
    rest = invoice["amount_paid"] - invoice["post_payment_credit_notes_amount"]
    if amount <= 0 or amount > rest:
        raise Wrong(f"The credit note can be at most {rest}.", param="amount")
    if back + kept + asked.get("out_of_band_amount", 0) != amount:
        raise Wrong(
            "The sum of credit_amount, refund_amount and out_of_band_amount must be the amount of "
            "the credit note.",
            param="amount",
        )
    if back and invoice["id"] in world.secret.get("by_hand", []):
        raise Wrong("This invoice was paid out of band: there is no charge to refund.")
    customer = world.get("customer", invoice["customer"])
    made = world.make("credit_note", customer=customer["id"], invoice=invoice["id"])
    made.update(
        amount=amount,
        subtotal=amount,
        total=amount,
        currency=invoice["currency"],
        reason=asked.get("reason"),
        memo=asked.get("memo"),
        number=f"{invoice['number']}-CN-01",
        post_payment_amount=amount,
    )
    if back:
        made["refunds"] = [{"amount_refunded": back, "refund": f"re_{made['id']}", "type": None}]
    customer["balance"] -= kept
    invoice["post_payment_credit_notes_amount"] += amount
    world.tell("credit_note.created", made)
    world.tell("invoice.updated", invoice)
    return made


def void(world: World, invoice: Thing) -> None:
    """Take an open invoice back."""
    if invoice["status"] != "open":
        raise Wrong(f"You can only void open invoices; this one is {invoice['status']}.")
    invoice["status"] = "void"
    invoice["status_transitions"]["voided_at"] = world.now(invoice["customer"])
    customer = world.get("customer", invoice["customer"])
    customer["balance"] -= invoice["ending_balance"] - invoice["starting_balance"]
    invoice["next_payment_attempt"] = None
    world.tell("invoice.voided", invoice)


def subscription_of(invoice: Thing) -> Any:
    """The id of the subscription that an invoice belongs to, or None."""
    parent = invoice.get("parent") or {}
    return (parent.get("subscription_details") or {}).get("subscription")
