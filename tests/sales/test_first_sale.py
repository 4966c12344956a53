"""Who buys is no prospect any more, unless somebody said what they are."""

from __future__ import annotations

from sqlalchemy import select

from app.crm.models import Account
from app.events import Event
from app.kernel.actor import Actor
from app.modules import install_record_types
from app.records.door import perform
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.sales.test_business_told import told
from tests.sales.test_contracts import make_contract
from tests.sales.test_orders import make_order, return_of, sold

install_record_types()


def lifecycle(account: Account, by: Actor) -> str:
    by.session.refresh(account)
    return account.lifecycle


def test_a_prospect_who_orders_becomes_a_customer_and_the_timeline_says_so(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
        order = make_order(by, account=firm)
        assert lifecycle(firm, by) == "prospect"  # A draft is no order.
        version = firm.version
        perform("order", "confirm", order, by=by)
        assert (lifecycle(firm, by), firm.version) == ("customer", version + 1)
        again = make_order(by, account=firm)
        perform("order", "confirm", again, by=by)
        its = select(Event).where(Event.record_id == firm.id, Event.verb == "updated")
        (event,) = by.session.scalars(its)
        assert event.changes == {"lifecycle": ["prospect", "customer"]}
    line = "Alice Archer changed Lifecycle: Prospect → now Customer"
    assert line in told(alice, f"/accounts/{firm.id}?show=changes")


def test_who_may_not_change_an_account_makes_a_customer_of_it_by_selling(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
        order = make_order(by, account=firm, owner_id=str(bob.user_id))
    with acme.acting(bob) as by:
        perform("order", "confirm", by.session.get_one(type(order), order.id), by=by)
    with acme.acting(alice) as by:
        assert by.session.get_one(Account, firm.id).lifecycle == "customer"


def test_a_signed_contract_makes_a_customer_as_well(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
        contract = make_contract(by, account=firm)
        assert lifecycle(firm, by) == "prospect"
        perform("contract", "sign", contract, by=by)
        assert lifecycle(firm, by) == "customer"


def test_what_somebody_said_of_an_account_stays(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm, former = make_account(by), make_account(by, "Gates Ltd", lifecycle="former")
        perform("account", "update", firm, by=by, lifecycle="customer")
        perform("account", "update", firm, by=by, lifecycle="prospect")
        for one in (firm, former):
            perform("order", "confirm", make_order(by, account=one), by=by)
        assert (lifecycle(firm, by), lifecycle(former, by)) == ("prospect", "former")


def test_a_return_makes_no_customer(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
        order = sold(by, account=firm)
        perform("account", "update", firm, by=by, name="Fence Ltd")
        perform("order", "credit", order, by=by)
        by.session.execute(
            Account.__table__.update().where(Account.id == firm.id).values(lifecycle="prospect")  # type: ignore[attr-defined]
        )
        by.session.execute(Event.__table__.delete().where(Event.record_id == firm.id))  # type: ignore[attr-defined]
        perform("order", "confirm", return_of(order, by), by=by)
        assert lifecycle(firm, by) == "prospect"
