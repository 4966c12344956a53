"""Papers of money say what they are of, and what asks for nothing any more; words say it too."""

from __future__ import annotations

from typing import Any

import pytest

from app.documents.papers.make import Wish, draft_of
from app.kernel.actor import Actor
from app.kernel.language import gettext, using
from app.modules import install_record_types
from app.records.door import perform
from app.records.files.tells import FIELDS, RECORDS
from app.records.tailored import tailored
from app.sales.models import Contract, Invoice
from tests.cast import Person, Workspace
from tests.sales.test_contracts import THIRDS, signed
from tests.sales.test_invoices import credit_of, issued, make_invoice

install_record_types()


def paper(
    kind: str, record: Invoice | Contract, by: Actor
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the paper of a record says, and what it tells of records."""
    draft = draft_of(tailored(kind, by), record, Wish(kind, "en"), by)
    return draft.data["content"], dict(draft.uses.kept())


def test_the_paper_of_a_credit_names_the_invoice_that_it_credits(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        invoice = issued(by)
        perform("invoice", "credit", invoice, by=by, amount="30")
        credit = credit_of(invoice, by)
        perform("invoice", "issue", credit, by=by)
        said, told = paper("invoice", credit, by)
        facts = {one["label"]: one["value"] for one in said["facts"]}
        assert invoice.number is not None
        assert facts["Credit of"].startswith(f"{invoice.number} · ")
        assert {"credits_id", "number"} <= set(told[FIELDS]["invoice"])
        assert told[RECORDS]["invoice"] == [str(invoice.id)]
        said, told = paper("invoice", invoice, by)
        assert "Credit of" not in {one["label"] for one in said["facts"]}
        assert "credits_id" not in told[FIELDS]["invoice"]


def test_the_paper_of_a_cancelled_invoice_says_so(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        invoice = issued(by)
        assert paper("invoice", invoice, by)[0]["heading"] == f"Invoice {invoice.number}"
        perform("invoice", "cancel", invoice, by=by, reason="Wrong firm")
        said, told = paper("invoice", invoice, by)
        assert said["heading"] == f"Invoice {invoice.number} (void)"
        assert "status" in told[FIELDS]["invoice"]
        never = make_invoice(by)
        perform("invoice", "cancel", never, by=by, reason="Wrong firm")
        assert paper("invoice", never, by)[0]["heading"] == "Invoice (void)"


def test_the_paper_of_a_terminated_contract_says_so(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        assert paper("contract", contract, by)[0]["heading"] == f"Contract {contract.number}"
        perform("contract", "terminate", contract, by=by, reason="They moved away")
        said, told = paper("contract", contract, by)
        assert said["heading"] == f"Contract {contract.number} (terminated)"
        assert "status" in told[FIELDS]["contract"]


@pytest.mark.parametrize(
    ("words", "chinese"),
    [
        ("As of", "截至日期"),
        ("Terminated as of", "终止日期"),
        ("Keep it", "保留"),
        ("This goes back: enter less than zero.", "这是冲减，请填写小于零的数值。"),
    ],
)
def test_chinese_words_of_money_fit_everywhere_they_stand(
    acme: Workspace, words: str, chinese: str
) -> None:
    with acme.scope(), using("zh-CN"):
        assert gettext(words) == chinese
