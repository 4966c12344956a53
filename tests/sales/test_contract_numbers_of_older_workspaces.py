"""Workspaces from before: their contracts keep their C-, which new ones leave to customers."""

from __future__ import annotations

from sqlalchemy import delete, text

from app.records.numbers.models import NumberSequence
from tenants.history import TENANT
from tests.cast import Person, Workspace
from tests.sales.test_contracts import signed


def test_contracts_of_an_older_workspace_go_on_as_they_were(acme: Workspace, alice: Person) -> None:
    with acme.scope() as session:
        session.execute(delete(NumberSequence))
        for one in TENANT.upgrade("0099"):
            if "paper.contract" in one or "stamps" in one:
                session.execute(text(one))
    page = alice.client.get("/settings/numbers").text
    assert "C-{year}-{number:04}</code>" in page
    with acme.acting(alice) as by:
        year = by.today().year
        assert signed(by).number == f"C-{year}-0001"


def test_contracts_of_a_new_workspace_are_told_from_customers(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        year = by.today().year
        assert signed(by).number == f"CT-{year}-0001"
