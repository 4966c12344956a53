"""The paper of a contract, in the customer's language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import cast

from app.documents.papers.layouts import Content, Given
from app.documents.papers.letterhead import firm_name
from app.kernel.actor import Actor
from app.kernel.language import gettext
from app.records.files.tells import Uses
from app.records.model import Record
from app.records.types import RecordType
from app.sales.addressee import addressee
from app.sales.models import Contract
from app.sales.models.contract import TERMINATED
from app.sales.plan.kept import instalments_of
from app.sales.plan.words import shown_instalment
from app.web.formats import formats

OF_CONTRACT = (
    "name",
    "number",
    "amount",
    "signed_on",
    "starts_on",
    "ends_on",
    "instalment_count",
    "next_due_on",
    "our_signatory",
    "note",
)


def contract_paper(record_type: RecordType, record: Record, _given: Given, by: Actor) -> Content:
    """What was agreed, from when to when, and what is paid by when."""
    contract, write = cast("Contract", record), formats(by)
    uses = Uses()
    uses.note(record_type.key, *OF_CONTRACT)
    title = gettext("Contract")
    heading = f"{title} {contract.number}" if contract.number else title
    days = (
        (gettext("Signed on"), contract.signed_on),
        (gettext("Begins on"), contract.starts_on),
        (gettext("Ends on"), contract.ends_on),
    )
    facts = [(label, write.day(day, date.min)) for label, day in days if day is not None]
    facts.append((gettext("Currency"), contract.currency))
    rows = instalments_of(contract.id, by)
    shown = [shown_instalment(one, contract, by) for one in rows]
    columns = [
        {"label": "#", "number": True, "wide": False},
        {"label": gettext("Instalment"), "number": False, "wide": True},
        {"label": gettext("Payable"), "number": False, "wide": False},
        {"label": gettext("Share"), "number": True, "wide": False},
        {"label": gettext("Amount"), "number": True, "wide": False},
    ]
    total = write.money(contract.amount or Decimal(0), contract.currency)
    firm = firm_name(by)
    content = {
        "to": addressee(contract, by),
        "heading": _heading(contract, heading, uses),
        "intro": "",
        "facts": [{"label": label, "value": value} for label, value in facts],
        "columns": columns,
        "rows": [
            [str(place), one.name, one.when, one.share, one.amount]
            for place, one in enumerate(shown, start=1)
        ],
        "sums": [],
        "total": {"label": gettext("Contract amount"), "value": total},
        "closing": contract.note or "",
        "signed": contract.our_signatory or firm,
        "under": firm if contract.our_signatory else "",
    }
    name = " · ".join(part for part in (heading, contract.name) if part)
    return Content(name, content, uses, number=contract.number or "")


def _heading(contract: Contract, title: str, uses: Uses) -> str:
    """What it is called, and whether it is in force."""
    if contract.status == TERMINATED:
        uses.note("contract", "status")
        return gettext("%(title)s (terminated)", title=title)
    return gettext("%(title)s (draft)", title=title) if contract.is_draft else title
