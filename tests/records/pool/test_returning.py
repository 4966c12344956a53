"""Returning a customer: whoever does it is told which promises stay open, and with whom."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.crm.models import Account
from app.identity.operations.roles import role_by_key, write_rights
from app.kernel.actor import Actor, FieldAccess, Reach
from app.records.access import fetch
from app.records.door import perform
from app.records.pool.facts import RETURN
from app.records.registry import registry
from app.records.types import RecordType
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity
from tests.records.pages.conftest import statements

NOTHING = "still open and"


def promise(
    house: Workspace, person: Person, account: Account, number: int = 1, **values: str
) -> None:
    with house.acting(person) as by:
        for one in range(number):
            make_activity(
                by,
                account_id=account.id,
                kind="task",
                subject=f"Send offer {one}",
                is_promise=True,
                due_at=(by.now + timedelta(days=3 + one)).isoformat(),
                **values,
            )


def return_form(person: Person, account: Account) -> str:
    answer = person.client.get(f"/accounts/{account.id}/pool/return")
    assert answer.status_code == 200
    return answer.text


def ask_for_many(person: Person, ids: list[str]) -> str:
    answer = person.client.post("/accounts/bulk/ask", data={"verb": RETURN, "id": ids})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_who_returns_a_customer_is_told_whose_promises_stay_open(
    acme: Workspace, alice: Person, bob: Person, owned: Account
) -> None:
    assert NOTHING not in return_form(alice, owned)
    promise(acme, alice, owned, 2)
    promise(acme, alice, owned, owner_id=str(bob.user_id))
    told = "3 promises are still open and stay with Alice Archer (2), Bob Baker (1)."
    assert told in return_form(alice, owned)
    refused = alice.client.post(f"/accounts/{owned.id}/pool/return", data={"note": "They moved"})
    assert refused.status_code == 422
    assert told in refused.text
    with acme.acting(alice) as by:
        account = registry().type("account")
        perform(account, RETURN, fetch(account, owned.id, by), by=by, reason="no_time")
    with acme.acting(alice) as by:
        (found,) = tell(account, by, owned)
        assert "stay with Alice Archer (2), Bob Baker (1)" in found


def tell(record_type: RecordType, by: Actor, record: Account) -> list[str]:
    assert record_type.pool is not None
    return record_type.pool.warns(select(Account.id).where(Account.id == record.id), by)


def test_what_was_kept_is_not_told(acme: Workspace, alice: Person, owned: Account) -> None:
    with acme.acting(alice) as by:
        made = make_activity(
            by,
            account_id=owned.id,
            kind="task",
            subject="Send offer",
            is_promise=True,
            due_at=(by.now + timedelta(days=1)).isoformat(),
        )
        perform("activity", "complete", made, by=by)
    assert NOTHING not in return_form(alice, owned)


def test_of_many_customers_all_promises_are_counted_in_one_statement(
    acme: Workspace, alice: Person, owned: Account
) -> None:
    with acme.acting(alice) as by:
        others = [make_account(by, f"Other {number}") for number in range(3)]
    promise(acme, alice, owned)
    promise(acme, alice, others[0], 2)
    promise(acme, alice, others[2])
    ids = [str(owned.id), *(str(one.id) for one in others[:2])]
    with statements() as made:
        told = ask_for_many(alice, ids)
    assert "3 promises are still open and stay with Alice Archer (3)." in told
    assert len([one for one in made if "is_promise" in one]) == 1
    passed_on = alice.client.post("/accounts/bulk/ask", data={"verb": "reassign", "id": ids})
    assert NOTHING not in passed_on.text
    deleted = alice.client.post("/accounts/bulk/ask", data={"verb": "delete", "id": ids})
    assert NOTHING not in deleted.text


def test_nobody_is_told_more_than_their_role_lets_them_read(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        mine = make_account(by, "Mine")
    promise(acme, alice, mine)
    promise(acme, bob, mine)
    kinds = {("account", verb): Reach.OWN for verb in ("read", "update", RETURN)}
    rights = {**kinds, ("activity", "read"): Reach.OWN}
    for fields, told in (
        ({}, "2 promises are still open and stay with"),
        (
            {("activity", "owner_id"): FieldAccess.HIDDEN},
            "2 promises are still open and stay with whoever made them.",
        ),
        ({("activity", "is_promise"): FieldAccess.HIDDEN}, ""),
    ):
        with acme.acting() as by:
            write_rights(by, role_by_key(by.session, "sales_rep"), rights, fields)
        shown = return_form(bob, mine)
        assert (told in shown) if told else NOTHING not in shown
    with acme.acting() as by:
        write_rights(by, role_by_key(by.session, "sales_rep"), kinds, {})
    assert NOTHING not in return_form(bob, mine)


def test_in_chinese_it_is_told_in_chinese(acme: Workspace, alice: Person, owned: Account) -> None:
    promise(acme, alice, owned, 2)
    alice.client.set_cookie("lang", "zh-CN", domain=acme.host)
    assert "还有 2 项承诺未兑现，负责人不变：Alice Archer（2 项）。" in return_form(alice, owned)
