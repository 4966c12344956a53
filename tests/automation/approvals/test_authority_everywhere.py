"""Whatever somebody does, in any order and by any way, they agree to no more than they may.

Bob, a sales rep, may give customers 5 %, distributors 20 % and partners 40 % off, and changes what
they are at will. No sequence of his doings ever leaves a customer with more than that.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from app.automation.approvals.decide import approve
from app.automation.authority import operations
from app.automation.authority.subjects import subject_called
from app.crm.models import Account
from app.events import Event
from app.identity.operations.roles import role_by_key
from app.kernel.errors import Answer, Held
from app.records import gate
from app.records.bulk.begin import begin_change, begin_undo, do_piece
from app.records.bulk.models import BulkChange
from app.records.bulk.selection import Selection
from app.records.door import perform
from app.records.imports.undo_jobs import undo_import
from app.records.merge.models import Merge
from app.records.merge.operations import merge_records
from app.records.merge.undo import undo_merge
from app.records.tailored import tailored
from app.records.trash import fetch_deleted
from tests.automation.approvals.conftest import asked, colleague, requests
from tests.automation.approvals.test_gate import account, stands
from tests.automation.conftest import Statements
from tests.cast import Person
from tests.records.api.conftest import Program, Programs, program
from tests.records.imports.conftest import allow, sheet, take_in

__all__ = ["program"]
MAY = {"end_customer": Decimal(5), "distributor": Decimal(20), "partner": Decimal(40)}
CLASSES = (*MAY, "")


@pytest.fixture
def limits(alice: Person, bob: Person) -> None:
    """Bob's limits by the kind of customer; whoever has none may get 5 %."""
    for verb in ("update", "delete", "import"):
        allow(bob.workspace, "sales_rep", verb)
    with alice.workspace.acting(alice) as by:
        rep, manager = (role_by_key(by.session, key).id for key in ("sales_rep", "manager"))
        operations.choose_class(by, "account", "customer_kind")
        texts = {(rep, key): str(most) for key, most in MAY.items()}
        discount, days = subject_called("discount"), subject_called("payment_days")
        assert discount is not None
        assert days is not None
        operations.save_limits(by, discount, texts | {(rep, ""): "5", (manager, ""): "50"})
        operations.save_limits(by, days, {(rep, ""): "30", (manager, ""): "60"})


@dataclass
class Hand:
    """What Bob does, one way after the other."""

    bob: Person
    api: Program
    random: Random
    patch: pytest.MonkeyPatch
    firms: list[UUID] = field(default_factory=list)

    def value(self) -> str:
        return str(self.random.choice((0, 3, 5, 6, 15, 20, 21, 40, 60)))

    def values(self) -> dict[str, str]:
        found = {"discount": self.value()}
        if self.random.random() < 0.4:
            found["customer_kind"] = self.random.choice(CLASSES)
        return found

    def firm(self) -> UUID:
        return self.random.choice(self.firms)

    def form(self) -> None:
        self.bob.client.post("/accounts/new", data={"name": "By form", **self.values()})

    def cell(self) -> None:
        url = f"/accounts/{self.firm()}/fields/discount"
        self.bob.client.post(url, data={"discount": self.value()})

    def drag(self) -> None:
        form = {"field": "customer_kind", "value": self.random.choice(CLASSES)}
        self.bob.client.post(f"/accounts/{self.firm()}/move", data=form)

    def program(self) -> None:
        if self.random.random() < 0.5:
            self.api.post("accounts", {"name": "By API", **self.values()})
        else:
            self.api.patch(f"accounts/{self.firm()}", self.values())

    def many_by_program(self) -> None:
        told = [{"id": str(one), **self.values()} for one in self.firms[:3]]
        self.api.post("accounts/bulk", {"verb": "update", "records": told, "each": True})

    def file(self) -> None:
        rows = [[f"Firm {self.random.randint(0, 3)}", self.value(), self.random.choice(CLASSES)]]
        file = sheet(["Name", "Off", "Kind"], *rows)
        columns = {"Name": "name", "Off": "discount", "Kind": "customer_kind"}
        how = self.random.choice(("create", "both"))
        more = {"mode": how, "match_on": "name"} if how == "both" else {}
        run = take_in(self.bob, "account", file, columns, **more)
        if self.random.random() < 0.5:
            with self.bob.workspace.acting(self.bob) as by:
                undo_import(run.id, by)

    def many(self) -> None:
        """As a job, half of the time."""
        is_job = self.random.random() < 0.5
        with self.patch.context() as patch, self.bob.workspace.acting(self.bob) as by:
            patch.setattr("app.records.bulk.begin.AT_ONCE", 0 if is_job else 200)
            record_type = tailored("account", by)
            chosen = Selection(ids=tuple(self.random.sample(self.firms, 2)))
            change = begin_change(record_type, "update", chosen, self.values(), by)
            if is_job:
                do_piece(change, record_type, by, 100)
                change.finished_at = by.now

    def undo(self) -> None:
        with self.bob.workspace.acting(self.bob) as by:
            ids = by.session.scalars(select(BulkChange.id)).all()
            if ids:
                begin_undo(self.random.choice(sorted(ids)), by)

    def merge(self) -> None:
        first, second = self.random.sample(self.firms, 2)
        choices = {"discount": str(second)}
        if self.random.random() < 0.5:
            choices["customer_kind"] = str(first)
        with self.bob.workspace.acting(self.bob) as by:
            merge_records("account", first, [second], by=by, choices=choices)

    def unmerge(self) -> None:
        with self.bob.workspace.acting(self.bob) as by:
            ids = by.session.scalars(select(Merge.id).where(Merge.undone_at.is_(None))).all()
            if ids:
                undo_merge(self.random.choice(sorted(ids)), by=by)

    def bin(self) -> None:
        """Delete one, or bring one back."""
        with self.bob.workspace.acting(self.bob) as by:
            record_id = self.firm()
            gone = fetch_deleted(tailored("account", by), record_id, by)
            if gone is not None:
                perform("account", "restore", gone, by=by)
            else:
                perform("account", "delete", by.session.get_one(Account, record_id), by=by)

    def ways(self) -> list[Callable[[], None]]:
        return [
            self.form,
            self.cell,
            self.drag,
            self.program,
            self.many_by_program,
            self.file,
            self.many,
            self.undo,
            self.merge,
            self.unmerge,
            self.bin,
        ]


def beyond(person: Person) -> list[tuple[str, str, Decimal]]:
    """Every customer, deleted ones too, with more off than Bob may agree to."""
    with person.workspace.scope() as session:
        rows = session.execute(select(Account.name, Account.customer_kind, Account.discount))
        return [
            (name, kind, off)
            for name, kind, off in rows
            if off is not None and off > MAY.get(kind or "", Decimal(5))
        ]


@pytest.mark.parametrize("seed", range(4))
def test_no_sequence_of_doings_gets_past_it(
    alice: Person,
    bob: Person,
    limits: None,
    no_files: None,
    program: Programs,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    hand = Hand(bob, program(bob), Random(seed), monkeypatch)
    hand.firms = [account(bob, name=f"Firm {number}") for number in range(4)]
    done: list[str] = []
    for _step in range(60):
        way = hand.random.choice(hand.ways())
        done.append(way.__name__)
        with suppress(Answer):  # It was refused, or has to be asked for: nothing was done.
            way()
        assert beyond(alice) == [], done
    assert requests(alice)  # Some were asked for: they tried.
    with alice.workspace.scope() as session:
        assert session.scalars(select(Account.discount).where(Account.discount > 0)).first()


def test_another_class_is_looked_at_as_another_discount(bob: Person, limits: None) -> None:
    """Who gets 40 % as a partner does not keep it as an end customer."""
    record_id = account(bob, customer_kind="partner", discount="40")
    form = {"field": "customer_kind", "value": "end_customer"}
    bob.client.post(f"/accounts/{record_id}/move", data=form)
    assert stands(bob, record_id).customer_kind == "partner"
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Account, record_id)
        perform("account", "update", found, by=by, discount="5", customer_kind="end_customer")


def test_the_form_says_how_far_one_may_go_with_all_of_it(bob: Person, limits: None) -> None:
    form = {"name": "New", "discount": "8", "payment_days": "45"}
    answer = bob.client.post("/accounts/new", data=form)
    assert answer.status_code == 422
    assert "You may agree to 5\u00a0% and 30\u00a0days. Beyond that, this needs the" in answer.text
    assert "You may agree to up to 5\u00a0%." in answer.text
    assert "You may agree to up to 30\u00a0days." in answer.text
    wrong = bob.client.post("/accounts/new", data={"name": "N", "discount": "101"})
    assert "from 0 to 100 percent" in wrong.text
    wrong = bob.client.post("/accounts/new", data={"name": "N", "payment_days": "-1"})
    assert "Enter 0 to 999 days" in wrong.text


def test_under_whose_authority_it_was_done_is_in_the_event_whichever_way_it_came(
    alice: Person, bob: Person, limits: None, no_files: None, program: Programs
) -> None:
    record_id = account(bob, discount="5")
    program(bob).patch(f"accounts/{record_id}", {"payment_days": 30})
    file = sheet(["Name", "Off"], ["By file", "4"])
    take_in(bob, "account", file, {"Name": "name", "Off": "discount"})
    with bob.workspace.acting(bob) as by:
        record_type = tailored("account", by)
        chosen = Selection(ids=(record_id,))
        begin_change(record_type, "update", chosen, {"discount": "3"}, by)
        begin_change(record_type, "update", chosen, {"discount": "4"}, by)
    with bob.workspace.scope() as session:
        rows = session.scalars(select(Event.changes).where(Event.record_type == "account"))
        kept = [one["authority"][1][0] for one in rows if "authority" in one]
    told = sorted((one["subject"], one["value"]) for one in kept)
    assert told == [("discount", "4"), ("discount", "4"), ("discount", "5"), ("payment_days", "30")]
    assert "within the authority of Sales rep" in bob.client.get(f"/accounts/{record_id}").text


def adding(made: Statements) -> int:
    """How many statements added to events by whose authority it was done."""
    return sum("UPDATE events" in one for one in made.said)


def test_of_many_at_once_all_are_told_by_one_statement(
    bob: Person, limits: None, no_files: None
) -> None:
    ids = tuple(account(bob, name=f"Firm {at}") for at in range(30))
    with Statements() as made, bob.workspace.acting(bob) as by:
        chosen = Selection(ids=ids)
        begin_change(tailored("account", by), "update", chosen, {"discount": "4"}, by)
    assert adding(made) == 1
    rows = [[f"New {at}", "5"] for at in range(30)]
    with Statements() as made:
        take_in(bob, "account", sheet(["Name", "Off"], *rows), {"Name": "name", "Off": "discount"})
    assert adding(made) == 1
    with bob.workspace.scope() as session:
        rows = session.scalars(select(Event.changes).where(Event.record_type == "account"))
        kept = [one["authority"][1] for one in rows if "authority" in one]
    assert sorted(told["value"] for (told,) in kept) == ["4"] * 30 + ["5"] * 30


def test_one_change_of_two_numbers_tells_of_both(bob: Person, limits: None) -> None:
    record_id = account(bob, discount="5", payment_days=20)
    page = bob.client.get(f"/accounts/{record_id}").text
    assert "Discount 5\u00a0% is within the authority of Sales rep" in page
    assert "Payment term 20\u00a0days is within the authority of Sales rep" in page


def test_what_is_told_of_it_is_in_the_reader_s_language(
    alice: Person, bob: Person, limits: None
) -> None:
    record_id = account(bob, discount="5")
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Account, record_id)
        with pytest.raises(Held) as held:
            perform("account", "update", found, by=by, discount="8")
        gate.keep(held.value, by)
    assert (
        "8\u00a0% is beyond the 5\u00a0% that Sales rep may agree to."
        in alice.client.get("/approvals").text
    )
    alice.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    page = alice.client.get(f"/accounts/{record_id}").text
    assert "折扣 5% 在“销售”的授权额度内" in page
    assert "8% 超出了“销售”可自行决定的 5%。" in alice.client.get("/approvals").text


def test_who_may_agree_to_it_no_more_is_followed_by_who_may(
    alice: Person, bob: Person, limits: None
) -> None:
    mara = colleague(alice, "Mara Moor", "manager")
    record_id = account(bob)
    with bob.workspace.acting(bob) as by:
        found = by.session.get_one(Account, record_id)
        with pytest.raises(Held) as held:
            perform("account", "update", found, by=by, discount="45")
        gate.keep(held.value, by)
    (request,) = requests(alice)
    assert asked(alice, request) == [mara.user_id]
    mara.client.set_cookie("lang", "zh-CN", domain=alice.workspace.host)
    inbox = mara.client.get("/approvals").text
    assert "折扣" in inbox  # In the reader's words, whoever asked.
    assert "is beyond what" not in inbox
    with alice.workspace.acting(alice) as by:  # Managers may give 10 % from now on.
        discount = subject_called("discount")
        assert discount is not None
        manager = role_by_key(by.session, "manager").id
        operations.save_limits(by, discount, {(manager, ""): "10"})
    with mara.workspace.acting(mara) as by:
        assert not approve(request.id, by).is_done
    assert asked(alice, request) == [alice.user_id]
    with alice.workspace.acting(alice) as by:
        assert approve(request.id, by).is_done
    assert stands(bob, record_id).discount == 45


def test_nobody_brings_back_by_undoing_what_a_colleague_took_from_a_customer(
    alice: Person, bob: Person, limits: None, no_files: None
) -> None:
    """Alice, the owner, gave 60 % and took it back: by a change of many, by a file, by merging."""
    ids = [
        account(alice, name=f"Firm {at}", discount="60", owner_id=bob.user_id) for at in range(4)
    ]
    with alice.workspace.acting(alice) as by:
        record_type = tailored("account", by)
        chosen = Selection(ids=tuple(ids[:1]))
        change_id = begin_change(record_type, "update", chosen, {"discount": "0"}, by).id
    file = sheet(["Name", "Off"], ["Firm 1", "0"])
    columns = {"Name": "name", "Off": "discount"}
    run = take_in(alice, "account", file, columns, mode="both", match_on="name")
    with alice.workspace.acting(alice) as by:
        merge_id = merge_records(
            "account", ids[2], [ids[3]], by=by, choices={"discount": str(ids[2])}
        ).id
        stays = by.session.get_one(Account, ids[2])
        perform("account", "update", stays, by=by, discount="0")
    for way in (
        lambda by: begin_undo(change_id, by),
        lambda by: undo_import(run.id, by),
        lambda by: undo_merge(merge_id, by=by),
    ):
        with suppress(Answer), bob.workspace.acting(bob) as by:
            way(by)
    assert [stands(bob, one).discount for one in ids[:3]] == [0, 0, 0]
