"""What the console keeps of workspaces that are no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.ids import new_id
from app.leaving.erasure import erase_workspace
from app.operator import erased
from config.settings import Settings
from tenants.billing.models import SubscriptionInvoice
from tenants.control import ErasureCertificate
from tests.cast import HostClient, Workspace


@pytest.fixture
def gone(
    fresh: Callable[[str], Workspace], owner: Engine, settings: Settings, no_files: None
) -> ErasureCertificate:
    """Initech has left, by its own wish, having paid one bill."""
    initech = fresh("initech")
    now = clock.now()
    with Session(owner) as session, session.begin():
        bill = SubscriptionInvoice(id=new_id(), tenant_id=initech.facts.id, number="ZK-0042")
        bill.way, bill.status, bill.currency = "transfer", "paid", "USD"
        bill.due = bill.paid = 96
        bill.issued_at = now
        session.add(bill)
    return erase_workspace(owner, "initech", settings, asked_by="<b>Ines</b>", now=now)


def test_an_operator_reads_certificate_history_and_bills_of_a_firm_that_left(
    console: HostClient, gone: ErasureCertificate
) -> None:
    assert 'href="/operator/erased"' in console.get("/operator").text
    listed = console.get("/operator/erased").text
    assert "Initech" in listed
    assert f"/operator/erased/{gone.id}" in listed
    assert "<b>Ines</b>" not in listed
    shown = console.get(f"/operator/erased/{gone.id}").text
    assert gone.sha256 in shown
    assert "ZK-0042" in shown
    assert "USD 96.00" in shown
    assert "Erased" in shown
    assert "being removed" in shown, "no worker has run yet"


def test_nobody_else_reads_it_and_there_is_nothing_of_who_is_still_here(
    console: HostClient, guest: HostClient, gone: ErasureCertificate, acme: Workspace
) -> None:
    for path in ("/operator/erased", f"/operator/erased/{gone.id}"):
        answer = guest.get(path)
        assert answer.status_code == 303
        assert "/operator/login" in answer.location
    assert console.get(f"/operator/erased/{acme.facts.id}").status_code == 404
    assert "Acme Ltd" not in console.get("/operator/erased").text


def test_those_who_left_are_paged_the_last_one_first(
    console: HostClient, owner: Engine, clean: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erased, "PAGE", 2)
    assert "No workspace was erased yet" in console.get("/operator/erased").text
    with Session(owner) as session, session.begin():
        for number in range(5):
            one = ErasureCertificate(id=new_id(), tenant_id=new_id(), slug=f"firm-{number}")
            one.name, one.language, one.asked_by = f"Firm {number}", "en", "Ines"
            one.told = {"rows": {}, "files": 0, "bytes": 0}
            one.text, one.sha256, one.sent_to = "Gone.", "0" * 64, []
            one.erased_at = clock.now() + timedelta(days=number // 2)
            session.add(one)
    seen: list[str] = []
    path = "/operator/erased"
    for _page in range(3):
        page = console.get(path).text
        seen += re.findall(r"Firm \d(?=<)", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1] if following else ""
    assert not path
    assert sorted(seen) == [f"Firm {number}" for number in range(5)]
    assert seen[0] == "Firm 4"
