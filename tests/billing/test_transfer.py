"""Bank transfers and tax invoices: asked for by a firm, booked and issued by the operator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.billing.follow import follow
from app.billing.jobs import end_trials, lapse_old_transfers, tell_of_bill
from app.identity.models import Notice
from app.identity.usage import seats
from app.jobs.kinds import Service
from app.kernel.ids import new_id
from app.operator.payments import read_arrival
from tenants.billing.errors import TransferAsked
from tenants.billing.models import Subscription, SubscriptionInvoice, TransferRequest
from tenants.billing.queue import TELL_NEWS
from tenants.billing.standing import GRACE
from tenants.billing.tax_invoices import bills_of, requests_of
from tenants.billing.transfer import end_transfers, period_after
from tenants.billing.transfer_requests import transfer_asked
from tenants.control import Job, Tenant
from tenants.database import control_session
from tenants.facts import State
from tenants.resolve import forget
from tests.billing.conftest import GOOD, Till
from tests.cast import HostClient, Person, Workspace
from tests.operator.conftest import console, olga

__all__ = ["console", "olga"]

PLACE = "/settings/billing"
PAYMENTS = "/operator/payments"
WISH = {"plan": "business", "interval": "year", "seats": "8"}


@pytest.fixture
def account(till: Till, acme: Workspace) -> Iterator[None]:
    """Our bank account stands in the settings, and Acme is a firm of China."""
    settings = till.settings.model_copy(
        update={
            "transfer_holder": "租客软件有限公司",
            "transfer_bank": "示范银行",
            "transfer_account": "6222 0000 1111",
        }
    )
    till.app.extensions["settings"] = settings
    with till.app.app_context(), control_session() as session:
        mine = Tenant.id == acme.facts.id
        session.execute(update(Tenant).where(mine).values(currency="CNY", country="CN"))
    forget()
    yield
    forget()


def ask(client: HostClient, **changes: str) -> str:
    """Choose a plan and a bank transfer; answers with the reference."""
    shown = client.post(PLACE, data={**WISH, **changes})
    assert "Pay by bank transfer" in shown.text
    done = client.post(f"{PLACE}/pay", data={**WISH, **changes, "way": "transfer"})
    assert done.status_code == 303, done.text
    page = client.get(f"{PLACE}/transfer").text
    return str(re.findall(r"<b>(ZK\w{8})</b>", page)[0])


def book(console: HostClient, till: Till, house: Workspace, **typed: str) -> int:
    with till.app.app_context():
        asked = transfer_asked(house.facts.id)
    assert asked is not None
    usual = {"amount": "12720.00", "day": till.now.date().isoformat(), "number": "BANK-77"}
    place = f"{PAYMENTS}/transfers/{asked.id}/book"
    return console.post(place, data={**usual, **typed}).status_code


def test_a_firm_pays_by_transfer_and_gets_its_tax_invoice(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    reference = ask(alice.client)
    page = alice.client.get(f"{PLACE}/transfer").text
    assert "6222 0000 1111" in page
    assert "12,720.00" in page
    listed = console.get(PAYMENTS).text
    assert reference in listed
    assert "CNY 12,720.00" in listed
    assert book(console, till, acme) == 303
    facts = till.facts(acme)
    assert (facts.state, facts.plan, facts.limits["seats"]) == (State.ACTIVE, "business", 8)
    forget()
    shown = alice.client.get(PLACE).text
    assert "Paid by bank transfer until" in shown
    assert "BANK-77" in shown
    with app.app_context():
        (bill,) = bills_of(acme.facts.id)
    wish = {"title": "北风贸易有限公司", "tax_number": "91310000MA1FL0AB12"}
    asking = alice.client.post(
        f"{PLACE}/bills/{bill.id}/tax-invoice", data={**wish, "email": "cfo@acme.example"}
    )
    assert asking.status_code == 303
    listed = console.get(PAYMENTS).text
    assert "91310000MA1FL0AB12" in listed
    with app.app_context():
        (request,) = requests_of(acme.facts.id).values()
    place = f"{PAYMENTS}/tax-invoices/{request.id}/issue"
    assert console.post(place, data={"tax_number": "123"}).status_code == 422
    assert console.post(place, data={"tax_number": "2631 " * 5}).status_code == 303
    assert console.post(place, data={"tax_number": "2631" * 5}).status_code == 422
    assert "26312631263126312631" in alice.client.get(PLACE).text
    history = console.get("/operator/workspaces/acme").text
    assert "Bank transfer booked" in history
    assert "Tax invoice issued" in history


def test_a_tax_invoice_that_is_refused_can_be_asked_for_anew(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client)
    assert book(console, till, acme) == 303
    forget()
    with app.app_context():
        (bill,) = bills_of(acme.facts.id)
    wish = {"title": "北风", "tax_number": "91310000MA1FL0AB12", "email": "cfo@acme.example"}
    place = f"{PLACE}/bills/{bill.id}/tax-invoice"
    assert alice.client.post(place, data=wish).status_code == 303
    with app.app_context():
        (request,) = requests_of(acme.facts.id).values()
    refusing = f"{PAYMENTS}/tax-invoices/{request.id}/refuse"
    assert console.post(refusing, data={"reason": " "}).status_code == 422
    assert console.post(refusing, data={"reason": "抬头与税号不符"}).status_code == 303
    assert "抬头与税号不符" in alice.client.get(PLACE).text
    assert alice.client.post(place, data=wish).status_code == 303


def test_the_seats_that_a_transfer_is_for_are_held_until_it_is_booked_or_withdrawn(
    till: Till, acme: Workspace, alice: Person, account: None
) -> None:
    with acme.scope():
        before = seats.most(acme.actor())
    ask(alice.client)
    with acme.scope():
        assert seats.most(acme.actor()) == 8
    assert alice.client.post(f"{PLACE}/transfer/withdraw").status_code == 303
    with acme.scope():
        assert seats.most(acme.actor()) == before
    assert alice.client.get(f"{PLACE}/transfer").status_code == 404


def test_who_waits_for_a_transfer_pays_in_no_other_way(
    till: Till, acme: Workspace, alice: Person, account: None
) -> None:
    open_one = till.checkout(acme)
    ask(alice.client)
    assert "no longer valid" in till.press(open_one, number=GOOD)[1]
    with pytest.raises(TransferAsked):
        till.checkout(acme)
    again = alice.client.post(f"{PLACE}/pay", data={**WISH, "way": "transfer"})
    assert again.status_code == 422


def test_what_a_transfer_paid_for_is_renewed_from_its_end_also_after_it_lapsed(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client)
    assert book(console, till, acme) == 303
    forget()
    with app.app_context():
        (first,) = bills_of(acme.facts.id)
    ask(alice.client)
    assert book(console, till, acme, number="BANK-78") == 303
    with app.app_context():
        second, _first = bills_of(acme.facts.id)
        assert second.period_start == first.period_end
        assert second.period_end is not None
        late = Service(till.settings, second.period_end + GRACE + timedelta(days=1), new_id())
        end_trials.run(late, {})
    assert till.facts(acme).state is State.PAST_DUE
    forget()
    assert "Choose below how to go on" in alice.client.get(PLACE).text
    ask(alice.client)
    assert book(console, till, acme, number="BANK-79") == 303
    assert till.facts(acme).state is State.ACTIVE


def test_a_transfer_is_booked_once_however_many_operators_press(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client)
    with app.app_context():
        asked = transfer_asked(acme.facts.id)
    assert asked is not None
    place = f"{PAYMENTS}/transfers/{asked.id}/book"
    typed = {"amount": "12720.00", "day": till.now.date().isoformat(), "number": ""}
    assert console.post(place, data=typed).status_code == 303
    second = console.post(place, data=typed)
    assert second.status_code == 422
    with app.app_context():
        assert len(bills_of(acme.facts.id)) == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "1e3000000"},
        {"amount": "NaN"},
        {"amount": "12.345"},
        {"amount": "much"},
        {"day": "2020-01-01"},
        {"day": "2999-01-01"},
        {"day": "yesterday"},
        {"number": "x" * 61},
    ],
)
def test_nonsense_of_an_operator_is_refused_beside_its_field_and_kept(
    till: Till,
    acme: Workspace,
    alice: Person,
    console: HostClient,
    account: None,
    typed: dict[str, str],
) -> None:
    ask(alice.client)
    assert book(console, till, acme, **typed) == 422
    with till.app.app_context():
        assert transfer_asked(acme.facts.id) is not None


def test_without_an_account_nobody_is_offered_a_transfer(
    till: Till, acme: Workspace, alice: Person
) -> None:
    shown = alice.client.post(PLACE, data=WISH)
    assert "Pay by bank transfer" not in shown.text
    answer = alice.client.post(f"{PLACE}/pay", data={**WISH, "way": "transfer"})
    assert answer.status_code == 422


def test_a_month_and_a_year_end_on_their_day_or_the_last_before_it(till: Till) -> None:
    leap = till.now.replace(year=2028, month=2, day=29)
    assert period_after(leap, "year").date().isoformat() == "2029-02-28"
    assert period_after(leap.replace(month=1, day=31), "month").date().isoformat() == "2028-02-29"
    assert period_after(leap.replace(month=12, day=5), "month").date().isoformat() == "2029-01-05"
    arrival = read_arrival("12,720.00", till.now.date().isoformat(), " B ", till.now)
    assert (arrival.amount, arrival.number) == (Decimal("12720.00"), "B")


def test_a_firm_is_told_by_mail_and_bell_of_what_the_operator_did(
    till: Till,
    acme: Workspace,
    alice: Person,
    bob: Person,
    console: HostClient,
    account: None,
    app: Flask,
) -> None:
    ask(alice.client)
    assert book(console, till, acme) == 303
    work(till)
    until = period_after(till.now, "year").year
    (line,) = notices(acme, alice)
    assert line.startswith("Your bank transfer of CN¥12,720.00 has arrived. You have Business")
    assert "8 seats until" in line
    assert str(until) in line
    assert notices(acme, bob) == []  # He does not look after the bill.
    assert "Your bank transfer has arrived" in mails(app, alice.email)
    forget()
    with app.app_context():
        (bill,) = bills_of(acme.facts.id)
    wish = {"title": "北风", "tax_number": "91310000MA1FL0AB12", "email": "cfo@acme.example"}
    place = f"{PLACE}/bills/{bill.id}/tax-invoice"
    for verb, typed in (
        ("refuse", {"reason": "抬头与税号不符"}),
        ("issue", {"tax_number": "2631" * 5}),
    ):
        assert alice.client.post(place, data=wish).status_code == 303
        with app.app_context():
            request = requests_of(acme.facts.id)[bill.id]
        answering = f"{PAYMENTS}/tax-invoices/{request.id}/{verb}"
        assert console.post(answering, data=typed).status_code == 303
        work(till)
    _booked, refused, issued = notices(acme, alice)
    assert "抬头与税号不符" in refused
    assert "26312631263126312631" in issued
    assert mails(app, alice.email) >= {
        "Your tax invoice was not issued",
        "Your tax invoice is issued",
    }


@pytest.mark.parametrize(
    ("amount", "told"), [("12000.00", "720.00 too little"), ("13000.00", "280.00 too much")]
)
def test_another_amount_than_was_asked_for_is_booked_only_when_that_is_said_twice(
    till: Till,
    acme: Workspace,
    alice: Person,
    console: HostClient,
    account: None,
    app: Flask,
    amount: str,
    told: str,
) -> None:
    ask(alice.client)
    with app.app_context():
        asked = transfer_asked(acme.facts.id)
    assert asked is not None
    place = f"{PAYMENTS}/transfers/{asked.id}/book"
    typed = {"amount": amount, "day": till.now.date().isoformat(), "number": "B-9"}
    answer = console.post(place, data=typed)
    assert answer.status_code == 422
    assert told in answer.text
    assert f'name="differs" value="{amount}"' in answer.text
    assert 'value="B-9"' in answer.text
    # Who ticks it and then types yet another amount is asked again.
    other = console.post(place, data={**typed, "amount": "11000", "differs": amount})
    assert other.status_code == 422
    assert console.post(place, data={**typed, "differs": amount}).status_code == 303
    with app.app_context():
        (bill,) = bills_of(acme.facts.id)
    assert (bill.due, bill.paid) == (Decimal(12720), Decimal(amount))


def test_who_changes_plan_or_seats_gets_the_rest_of_what_is_paid_credited(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client, plan="starter")  # 8 x 690 for a year.
    assert book(console, till, acme, amount="5520.00") == 303
    forget()
    use_half(till, acme)
    shown = alice.client.post(PLACE, data=WISH).text
    assert "Credit for the rest of what is paid" in shown
    assert "counts from the day on which you ask for the transfer" in shown
    ask(alice.client)
    with app.app_context():
        asked = transfer_asked(acme.facts.id)
    assert asked is not None
    assert asked.credit == pytest.approx(Decimal(2760), abs=Decimal("0.05"))
    assert asked.amount == Decimal(12720) - asked.credit
    listed = alice.client.get(f"{PLACE}/transfer").text
    assert "CN¥12,720.00" in listed
    assert "Credit for the rest of what is paid" in listed
    assert book(console, till, acme, amount=str(asked.amount.quantize(Decimal("0.01")))) == 303
    with app.app_context():
        second, first = bills_of(acme.facts.id)
    assert second.period_start == first.period_end  # Now, and not in a hundred days.
    assert second.period_start is not None
    assert abs(second.period_start - till.now) < timedelta(minutes=1)
    assert second.period_end == period_after(second.period_start, "year")
    assert till.facts(acme).plan == "business"
    # Of the first nothing is left to be credited; the second is worth more than less of it costs.
    forget()
    fewer = alice.client.post(PLACE, data={**WISH, "seats": "7"})
    assert fewer.status_code == 422
    assert "worth more than this costs" in fewer.text
    assert "or write to us." in fewer.text
    app.extensions["settings"] = till.settings.model_copy(
        update={"provider_email": "help@lighthouse.example"}
    )
    fewer = alice.client.post(PLACE, data={**WISH, "seats": "7"})
    assert "or write to help@lighthouse.example." in fewer.text
    app.extensions["settings"] = till.settings
    renewed = alice.client.post(PLACE, data=WISH).text
    assert "Credit for" not in renewed


def test_no_day_is_both_used_and_credited_however_late_a_transfer_is_booked(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client, plan="starter")
    assert book(console, till, acme, amount="5520.00") == 303
    forget()
    use_half(till, acme)
    ask(alice.client)
    with app.app_context(), control_session() as session:
        asked = transfer_asked(acme.facts.id)
        assert asked is not None
        kept = session.get_one(TransferRequest, asked.id)
        kept.asked_at = till.now - timedelta(days=20)
    due = str(asked.amount.quantize(Decimal("0.01")))
    assert book(console, till, acme, amount=due) == 303
    with app.app_context():
        second, first = bills_of(acme.facts.id)
    assert second.period_start == first.period_end == kept.asked_at
    assert second.period_end == period_after(kept.asked_at, "year")


def test_nothing_is_booked_for_a_firm_that_is_erased(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client)
    with app.app_context(), control_session() as session:
        session.get_one(Tenant, acme.facts.id).state = State.ERASED.value
    assert book(console, till, acme) == 422
    assert till.facts(acme).state is State.ERASED
    with app.app_context():
        assert bills_of(acme.facts.id) == []
        assert end_transfers(acme.facts.id, till.now) is None


def test_a_transfer_for_a_plan_that_is_no_longer_ours_is_refused_in_words(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client)
    with app.app_context():
        asked = transfer_asked(acme.facts.id)
        assert asked is not None
        with control_session() as session:
            session.get_one(TransferRequest, asked.id).plan = "bygone"
    typed = {"amount": "12720.00", "day": till.now.date().isoformat(), "number": ""}
    answer = console.post(f"{PAYMENTS}/transfers/{asked.id}/book", data=typed)
    assert answer.status_code == 422
    assert "“bygone” is not sold any more" in answer.text
    with app.app_context():
        assert transfer_asked(acme.facts.id) is not None


def test_a_long_reason_is_cut_in_the_bell_and_whole_in_the_mail(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client)
    assert book(console, till, acme) == 303
    forget()
    with app.app_context():
        (bill,) = bills_of(acme.facts.id)
    wish = {"title": "北风", "tax_number": "91310000MA1FL0AB12", "email": "cfo@acme.example"}
    place = f"{PLACE}/bills/{bill.id}/tax-invoice"
    assert alice.client.post(place, data=wish).status_code == 303
    with app.app_context():
        (request,) = requests_of(acme.facts.id).values()
    reason = "抬头与税号不符" * 70
    refusing = f"{PAYMENTS}/tax-invoices/{request.id}/refuse"
    assert console.post(refusing, data={"reason": reason}).status_code == 303
    work(till)
    line = notices(acme, alice)[-1]
    assert (len(line), line[-1]) == (300, "…")
    with app.app_context(), control_session() as session:
        sent = session.scalars(select(Job.payload).where(Job.kind == "send_mail"))
        assert any(reason in one["text"] for one in sent if one.get("to") == alice.email)


def test_the_operator_finds_a_transfer_and_says_that_it_does_not_come(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    with acme.scope():
        before = seats.most(acme.actor())
    reference = ask(alice.client)
    for wanted, is_found in ((reference[2:6].lower(), True), ("ACME", True), ("no_such", False)):
        assert (reference in console.get(f"{PAYMENTS}?q={wanted}").text) is is_found, wanted
    with app.app_context():
        asked = transfer_asked(acme.facts.id)
    assert asked is not None
    place = f"{PAYMENTS}/transfers/{asked.id}/drop"
    refused = console.post(place, data={"reason": " "})
    assert refused.status_code == 422
    assert 'value="12720.00"' in refused.text  # The form beside it stays as it was.
    assert f'action="{place}?q={reference}"' in console.get(f"{PAYMENTS}?q={reference}").text
    assert console.post(place, data={"reason": "Sent back by the bank"}).status_code == 303
    assert console.post(place, data={"reason": "Sent back by the bank"}).status_code == 422
    work(till)
    line = notices(acme, alice)[-1]
    assert reference in line
    assert "Sent back by the bank" in line
    assert "Bank transfer did not come" in console.get("/operator/workspaces/acme").text
    with app.app_context():
        assert transfer_asked(acme.facts.id) is None
        follow(acme.facts.id, till.now)
    with acme.scope():
        assert seats.most(acme.actor()) == before


def test_a_transfer_that_never_comes_is_waited_for_sixty_days(
    till: Till, acme: Workspace, alice: Person, account: None, app: Flask
) -> None:
    reference = ask(alice.client)
    with app.app_context():
        lapse_old_transfers.run(Service(till.settings, till.now + timedelta(days=59), new_id()), {})
        assert transfer_asked(acme.facts.id) is not None
        for _night in range(2):
            late = Service(till.settings, till.now + timedelta(days=61), new_id())
            lapse_old_transfers.run(late, {})
        assert transfer_asked(acme.facts.id) is None
    work(till)
    told = [one for one in notices(acme, alice) if "within 60 days" in one]
    assert len(told) == 1
    assert reference in told[0]
    assert "write to us;" in told[0]


def test_who_reads_that_a_transfer_did_not_come_reads_where_to_write_to(
    till: Till,
    acme: Workspace,
    alice: Person,
    console: HostClient,
    account: None,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for one in (app, till.app):
        named = one.extensions["settings"].model_copy(
            update={"provider_email": "help@lighthouse.example"}
        )
        monkeypatch.setitem(one.extensions, "settings", named)
    for way in ("dropped", "lapsed"):
        reference = ask(alice.client)
        with app.app_context():
            asked = transfer_asked(acme.facts.id)
            assert asked is not None
            if way == "lapsed":
                late = Service(till.settings, till.now + timedelta(days=61), new_id())
                lapse_old_transfers.run(late, {})
        if way == "dropped":
            place = f"{PAYMENTS}/transfers/{asked.id}/drop"
            assert console.post(place, data={"reason": "Sent back"}).status_code == 303
        work(till)
        (line,) = (one for one in notices(acme, alice) if reference in one)
        assert "write to help@lighthouse.example" in line, way


def use_half(till: Till, house: Workspace) -> None:
    """Let the firm's one bill be for two hundred days of which half is over."""
    with till.app.app_context():
        (bill,) = bills_of(house.facts.id)
        with control_session() as session:
            half = session.get_one(SubscriptionInvoice, bill.id)
            half.period_start = till.now - timedelta(days=100)
            half.period_end = till.now + timedelta(days=100)
            row = session.get_one(Subscription, house.facts.id)
            row.period_start, row.period_end = half.period_start, half.period_end


def work(till: Till) -> None:
    """Let the worker tell of what the operator did."""
    with till.app.app_context():
        with control_session() as session:
            mine = (Job.kind == TELL_NEWS, Job.state == "ready")
            found = session.scalars(select(Job).where(*mine).order_by(Job.id)).all()
            session.execute(delete(Job).where(Job.id.in_([one.id for one in found])))
        for one in found:
            tell_of_bill.run(Service(till.settings, till.now, new_id()), one.payload)


def notices(house: Workspace, person: Person) -> list[str]:
    with house.scope() as session:
        mine = select(Notice.text).where(Notice.user_id == person.user_id)
        return list(session.scalars(mine.order_by(Notice.at, Notice.id)))


def mails(app: Flask, address: str) -> set[str]:
    """The subjects of the mails to somebody that wait to be sent."""
    with app.app_context(), control_session() as session:
        found = session.scalars(select(Job.payload).where(Job.kind == "send_mail"))
        return {str(one["subject"]) for one in found if one.get("to") == address}


def wait_for_many(owner: Engine, house: Workspace, number: int, now: datetime) -> None:
    """So many firms that have asked for a transfer, one after the other."""
    with Session(owner) as session, session.begin():
        first = session.get_one(Tenant, house.facts.id)
        kept = {one.name: getattr(first, one.name) for one in Tenant.__table__.columns}
        for count in range(number):
            its_id = new_id()
            its = {"slug": f"many-{count}", "skeleton": f"many-{count}", "name": f"Many {count:02}"}
            its |= {"id": its_id, "schema_name": f"t_{its_id.hex}"}
            session.add(Tenant(**{**kept, **its}))
            session.flush()
            asked = {"plan": "starter", "interval": "year", "seats": 1, "currency": "CNY"}
            asked |= {"id": new_id(), "tenant_id": its_id, "reference": f"ZKMANY{count:04}"}
            asked |= {"amount": 690, "asked_at": now + timedelta(minutes=count // 2)}
            session.add(TransferRequest(**asked))


def test_the_operator_goes_through_what_waits_page_by_page(
    till: Till, acme: Workspace, console: HostClient, owner: Engine
) -> None:
    wait_for_many(owner, acme, 55, till.now)
    seen, place = [], PAYMENTS
    while place:
        page = console.get(place).text
        seen.append(re.findall(r"<b>(ZKMANY\d+)</b>", page))
        found = re.search(r'rel="next" href="([^"]+)"', page)
        place = unescape(found[1]) if found else ""
    assert [len(page) for page in seen] == [25, 25, 5]
    assert [one for page in seen for one in page] == [f"ZKMANY{count:04}" for count in range(55)]
    assert "ZKMANY0000" in console.get(f"{PAYMENTS}?after=nonsense").text
    second = unescape(
        re.findall(r'rel="next" href="([^"]+)"', console.get(f"{PAYMENTS}?q=many").text)[0]
    )
    page = console.get(second).text
    place = unescape(re.findall(r'action="([^"]+/drop[^"]*)"', page)[0])
    assert "q=many" in place
    refused = console.post(place, data={"reason": " "})
    assert refused.status_code == 422
    assert "ZKMANY0025" in refused.text  # The same page again.


def test_a_tax_invoice_is_asked_for_of_a_bill_that_left_the_list(
    till: Till, acme: Workspace, alice: Person, console: HostClient, account: None, app: Flask
) -> None:
    ask(alice.client)
    assert book(console, till, acme) == 303
    with app.app_context():
        (bill,) = bills_of(acme.facts.id)
        with control_session() as session:
            for number in range(24):
                newer = SubscriptionInvoice(id=new_id(), tenant_id=acme.facts.id)
                newer.way, newer.status, newer.currency = "card", "paid", "CNY"
                newer.due = newer.paid = Decimal(1)
                newer.issued_at = till.now + timedelta(hours=1 + number)
                session.add(newer)
        assert bill.id not in {one.id for one in bills_of(acme.facts.id)}
    place = f"{PLACE}/bills/{bill.id}/tax-invoice"
    assert alice.client.get(place).status_code == 200
    assert alice.client.get(f"{PLACE}/bills/{new_id()}/tax-invoice").status_code == 404
    wish = {"title": "Acme", "tax_number": "91310000MA1FL0AB12", "email": "cfo@acme.example"}
    assert alice.client.post(place, data=wish).status_code == 303
    assert alice.client.post(place, data=wish).status_code == 404
