"""What payments mean for contracts: how much of their instalments came in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.crm.models import Account
from app.kernel.errors import Refused
from app.records.door import perform
from app.sales.plan.kept import instalments_of, wish_of
from tests.cast import Person, Workspace
from tests.sales.test_contracts import THIRDS, signed
from tests.sales.test_invoices import issued
from tests.sales.test_payments import received


def test_a_contract_tells_how_much_of_its_instalments_came_in(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        contract = signed(by, *THIRDS)
        first, second, _third = instalments_of(contract.id, by)
        account = by.session.get_one(Account, contract.account_id)
        invoice = issued(by, "300", account=account)
        invoice.contract_id, invoice.instalment_id = contract.id, first.id
        by.session.flush()
        assert (contract.progress, contract.next_due_on) == ("0/3", by.today())
        payment = received(by, "100", account=account)
        perform("payment", "apply", payment, by=by)
        assert (contract.progress, contract.collected) == ("0/3", 100)
        assert (contract.collected_share, contract.next_due_on) == (10, by.today())
        perform("payment", "apply", received(by, "200", account=account), by=by)
        assert (contract.progress, contract.collected_count) == ("1/3", 1)
        assert (contract.collected_share, contract.next_due_on) == (Decimal(30), None)
        plan = [wish_of(one, "GBP") for one in (first, second)]
        dearer = [{**plan[0], "share": "40"}, {**plan[1], "share": "60"}]
        without = [{**plan[1], "share": "100", "amount": None}]
        for wrong, told in ((dearer, "instalments.0.amount"), (without, "instalments")):
            with pytest.raises(Refused) as refused:
                perform("contract", "set_instalments", contract, by=by, instalments=wrong)
            assert set(refused.value.errors) == {told}
        rest = [plan[0], {**plan[1], "share": "70", "amount": None}]
        perform("contract", "set_instalments", contract, by=by, instalments=rest)
        assert contract.progress == "1/2"
