"""Two at once: merges of the same record, and a child that is added while its parent is merged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from uuid import UUID

from app.crm.models import Contact
from app.kernel.errors import Answer
from app.records.merge.operations import merge_records
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact


def let_it_come_to_the_lock() -> None:
    """Give the other thread its time; what is asserted holds if it comes later as well."""
    Signal().wait(0.3)


def firms(acme: Workspace, alice: Person, *names: str) -> list[UUID]:
    with acme.acting(alice) as by:
        return [make_account(by, name).id for name in names]


def test_of_two_merges_of_one_record_the_second_is_refused(acme: Workspace, alice: Person) -> None:
    fence, wall, double = firms(acme, alice, "Fence", "Wall", "Double")

    def second() -> str:
        workspace = Workspace(acme.facts, acme.engine_app)
        try:
            with workspace.acting(alice) as by:
                merge_records("account", wall, [double], by=by)
        except Answer as answer:
            return str(answer.message)
        return ""

    with ThreadPoolExecutor(1) as pool:
        with acme.acting(alice) as by:
            merge_records("account", fence, [double], by=by)
            other = pool.submit(second)
            let_it_come_to_the_lock()
        assert "merged into another record already" in other.result(timeout=30)


def test_a_person_who_is_added_to_a_firm_that_is_merged_is_refused_or_moves(
    acme: Workspace, alice: Person
) -> None:
    fence, double = firms(acme, alice, "Fence", "Double")

    def add() -> str:
        workspace = Workspace(acme.facts, acme.engine_app)
        try:
            with workspace.acting(alice) as by:
                make_contact(by, account_id=str(double))
        except Answer as answer:
            return str(answer.errors["account_id"])
        return ""

    with ThreadPoolExecutor(1) as pool:
        with acme.acting(alice) as by:
            merge_records("account", fence, [double], by=by)
            other = pool.submit(add)
            let_it_come_to_the_lock()
        assert other.result(timeout=30) == "There is no such record."


def test_a_person_who_was_added_a_moment_before_moves_along(acme: Workspace, alice: Person) -> None:
    fence, double = firms(acme, alice, "Fence", "Double")

    def merge() -> None:
        with Workspace(acme.facts, acme.engine_app).acting(alice) as by:
            merge_records("account", fence, [double], by=by)

    with ThreadPoolExecutor(1) as pool:
        with acme.acting(alice) as by:
            frank = make_contact(by, account_id=str(double)).id
            other = pool.submit(merge)
            let_it_come_to_the_lock()
        other.result(timeout=30)
    with acme.scope() as session:
        assert session.get_one(Contact, frank).account_id == fence
