"""How a customer pays, in words on their page, with what the account may say of it."""

from __future__ import annotations

from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted
from app.kernel.language import Text, _, gettext, ngettext
from app.records.access import may_do, sees, writable_keys
from app.records.pages.shown import shown_text
from app.records.tailored import tailored
from app.sales.operations.balance import firms_day
from app.sales.operations.payment_record import (
    LEAST,
    PaymentRecord,
    payment_record,
    proposed_payer,
)
from app.sales.operations.receivables import may_see
from app.sales.pages.beside import Known
from app.sales.pages.lines import percent_text
from app.sales.terms.kept import terms_of
from app.web.formats import formats

FIELD = "payment_record"


def may_read_record(by: Actor) -> bool:
    """True for who sees what customers owe and what is said of how they pay."""
    return may_see(by) and by.may("account", "read") and sees(tailored("account", by), FIELD, by)


def demand_record(by: Actor) -> None:
    """NotPermitted where the role hides how customers pay."""
    if not may_read_record(by):
        raise NotPermitted(_("Your role does not allow this."))


def proposal(found: PaymentRecord, by: Actor) -> str | None:
    """What a payment record says of its customer by the workspace's thresholds."""
    return proposed_payer(found, terms_of(by).thresholds)


def payer_panel(account: Any, by: Actor, known: Known) -> dict[str, Any]:
    """How a customer paid as of today; nothing where there is nothing to tell."""
    has_none = known is not None and "invoice" not in known  # Nor anything that was due.
    if has_none or not may_read_record(by):
        return {"record": None}
    today = firms_day(by)
    found = payment_record(by, account.id, today)
    if not (found.due or found.overdue or found.disputed or found.dso is not None):
        return {"record": None}
    kind = tailored("account", by)
    proposed = proposal(found, by)
    differs = found.is_rated and proposed != account.payment_record
    may_take = (
        differs
        and may_do(kind, account, "update", by)
        and FIELD in writable_keys(kind, by)
        and not by.tenant.is_read_only
    )
    return {
        "record": found,
        "facts": _facts(found, by),
        "why": _why(found, by),
        "as_of": gettext("As of %(day)s", day=formats(by).day(today, today)),
        "proposed": _shown(proposed, by) if differs else "",
        "url": f"/accounts/{account.id}/payment_record" if may_take else "",
        "version": account.version,
    }


def _facts(found: PaymentRecord, by: Actor) -> list[tuple[Text, str]]:
    write, own = formats(by), by.tenant.currency
    facts: list[tuple[Text, str]] = []
    if found.is_rated:
        facts += [
            (_("On time by count"), percent_text(round(found.share, 0), by)),
            (_("On time by money"), percent_text(round(found.money_share, 0), by)),
            (_("Days late on average"), write.number(found.days_late)),
        ]
    if found.overdue_money:
        facts.append((_("Overdue"), write.money(found.overdue_money, own)))
    if found.disputed_money:
        facts.append((_("Disputed"), write.money(found.disputed_money, own)))
    if found.dso is not None:
        facts.append((_("DSO"), ngettext("%(n)s day", "%(n)s days", found.dso)))
    return facts


def _why(found: PaymentRecord, by: Actor) -> str:
    """The sentence behind the figures: on how much they stand."""
    if not found.is_rated:
        return gettext(
            "Not rated: %(due)s due, and it takes %(least)s.",
            due=ngettext("%(n)s invoice", "%(n)s invoices", found.due),
            least=LEAST,
        )
    return gettext(
        "Of %(due)s that were due, worth %(worth)s, %(paid)s were paid on time; what came later,"
        " or is still missing, makes the money %(days)s days late on average.",
        due=ngettext("%(n)s invoice", "%(n)s invoices", found.due),
        worth=formats(by).money(found.due_money, by.tenant.currency),
        paid=formats(by).number(found.on_time),
        days=formats(by).number(found.days_late),
    )


def _shown(value: str | None, by: Actor) -> str:
    if value is None:
        return gettext("Not known yet")
    return shown_text(tailored("account", by).by_key[FIELD], value, by)
