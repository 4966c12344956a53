"""Plan and bills as programs read them, with a token that may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Flask

from app.identity.models import User
from app.identity.operations.tokens import create_token
from tenants.billing.models import SubscriptionInvoice
from tenants.database import control_session
from tenants.resolve import forget
from tests.billing.conftest import Till
from tests.cast import Person, Workspace, visitor


def token_of(house: Workspace, person: Person) -> dict[str, str]:
    with house.acting(person) as by:
        mine = by.session.get_one(User, person.user_id)
        raw = create_token(by, mine, name="Books").secret
    return {"Authorization": f"Bearer {raw}"}


def test_programs_read_plan_and_bills_with_a_token_that_may(
    till: Till, acme: Workspace, alice: Person, bob: Person, app: Flask
) -> None:
    till.subscribe(acme, seats=4)
    till.tell_all()
    forget()
    browser, headers = visitor(app, acme), token_of(acme, alice)

    def read(path: str) -> Any:
        answer = browser.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    plan = read("plan")
    assert (plan["plan"], plan["state"], plan["seats"]) == ("starter", "active", 4)
    assert plan["price"] == {"amount": "12.00", "currency": "USD"}
    (bill,) = read("bills")["data"]
    assert (bill["status"], bill["plan"], bill["seats"]) == ("paid", "starter", 4)
    assert bill["paid"] == {"amount": "48.00", "currency": "USD"}
    with app.app_context(), control_session() as session:
        session.get_one(SubscriptionInvoice, UUID(bill["id"])).credited = Decimal("7.5")
    (bill,) = read("bills")["data"]
    assert bill["credited"] == {"amount": "7.50", "currency": "USD"}
    assert browser.get("/api/v1/bills?odd=1", headers=headers).status_code == 422
    for path in ("plan", "bills"):
        answer = browser.get(f"/api/v1/{path}", headers=token_of(acme, bob))
        assert answer.status_code == 403
