"""Numbers of records: each once, none left out, whoever creates at the same moment."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from app.crm.models import Product
from app.events import Event
from app.jobs.worker import Worker
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.records.door import perform
from app.records.many import perform_many
from app.records.numbers import existing
from app.records.numbers.facts import Resets
from app.records.numbers.give import next_number, take_numbers
from app.records.numbers.models import NumberSequence
from app.records.numbers.operations import change_numbers, read_chosen
from app.records.numbers.pattern import read_pattern
from app.records.registry import registry
from app.records.worktime.operations import change_fiscal_year
from tests.automation.conftest import Statements
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.records.api.conftest import Programs, fields_in, program

__all__ = ["program"]
URL = "/settings/numbers"
THREADS = 20


def switch_on(by: Actor, pattern: str = "P-{number:03}", resets: str = "never") -> None:
    change_numbers(by, registry().type("product"), read_chosen(pattern, resets, True))


def make(by: Actor, name: str = "Plank", **more: Any) -> Product:
    made = perform("product", "create", by=by, name={"en": name}, **more)
    assert isinstance(made, Product)
    return made


def numbers(by: Actor) -> list[str | None]:
    """Those of all products, in the order in which they were made."""
    return list(by.session.scalars(select(Product.number).order_by(Product.id)))


def test_nothing_is_numbered_until_a_firm_wants_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        assert make(by).number is None
        assert by.session.scalars(select(NumberSequence)).all() == []
    with acme.acting(alice) as by, Statements() as made:
        make(by)
    assert not [one for one in made.said if "number_" in one and "number_sort" not in one]


def test_new_records_get_the_next_number_and_are_found_by_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        switch_on(by)
        one = make(by)
        assert one.number == "P-001"
        assert "p-001" in one.search_text
        assert one.number_sort
        told = by.session.scalars(select(Event).where(Event.record_id == one.id)).one()
        assert told.changes["number"] == [None, "P-001"]
        rows = [{"name": {"en": f"Board {at}"}} for at in range(3)]
        perform_many("product", "create", rows, by=by)
        assert numbers(by) == ["P-001", "P-002", "P-003", "P-004"]


def test_a_number_that_is_brought_along_is_kept_and_passed_over(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        switch_on(by)
        make(by, number="p-002")  # As a file may bring it, in small letters.
        assert [make(by).number for _time in range(2)] == ["P-001", "P-003"]
        rows: list[dict[str, Any]] = [
            {"name": {"en": "A"}},
            {"name": {"en": "B"}, "number": "P-004"},
            {"name": {"en": "C"}},
        ]
        perform_many("product", "create", rows, by=by)
        assert sorted(str(one) for one in numbers(by))[2:5] == ["P-004", "P-005", "P-006"]
        last = by.session.scalars(select(Product).where(Product.number == "P-006")).one()
        perform("product", "delete", last, by=by)
        assert (
            next_number(registry().type("product"), read_chosen("P-{number:03}", "never", True), by)
            == "P-007"
        )


def test_who_takes_a_creation_back_gives_the_number_back(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        switch_on(by)

    def change_mind() -> None:
        with acme.acting(alice) as by:
            assert make(by).number == "P-001"
            make(by, list_price="-1")

    with pytest.raises(Refused):
        change_mind()
    with acme.acting(alice) as by:
        assert make(by).number == "P-001"


def test_twenty_at_once_leave_no_gap_and_make_no_double(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        switch_on(by)
    barrier = Barrier(THREADS)
    failed: list[BaseException] = []

    def create(at: int) -> None:
        try:
            barrier.wait()
            for turn in range(3):
                # A workspace object of its own: each thread opens its own scope.
                mine = Workspace(acme.facts, acme.engine_app)
                try:
                    with mine.acting(alice) as by:
                        make(by, f"Plank {at} {turn}")
                        if (at + turn) % 4 == 0:
                            raise KeyError(at)  # Some change their mind.
                except KeyError:
                    pass
        except BaseException as error:  # noqa: BLE001  # Told by the test below.
            failed.append(error)

    threads = [Thread(target=create, args=(at,)) for at in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    with acme.acting(alice) as by:
        kept = THREADS * 3 - sum((at + turn) % 4 == 0 for at in range(THREADS) for turn in range(3))
        assert sorted(map(str, numbers(by))) == [f"P-{n:03}" for n in range(1, kept + 1)]


@pytest.mark.parametrize(
    ("resets", "expected"),
    [
        ("never", ["Q-2026-01", "Q-2026-02", "Q-2027-03"]),
        ("year", ["Q-2026-01", "Q-2026-02", "Q-2027-01"]),
        ("fiscal", ["Q-2026-01", "Q-2027-01", "Q-2027-02"]),
    ],
)
def test_numbers_begin_anew_as_they_are_told_to(
    acme: Workspace, alice: Person, clock: Clock, resets: str, expected: list[str]
) -> None:
    moments = ((2026, 3, 31, 12), (2026, 4, 1, 12), (2027, 1, 1, 12))
    clock.move_to(datetime(2026, 3, 1, tzinfo=UTC))
    with acme.acting(alice) as by:
        change_fiscal_year(by, first_month="4", named_by_start=False)
        switch_on(by, "Q-{year}-{number:02}", resets)
    found = []
    for year, month, day, hour in moments:
        clock.move_to(datetime(year, month, day, hour, tzinfo=UTC))
        with acme.acting(alice) as by:
            found.append(make(by).number)
    assert found == expected


def test_the_year_is_that_of_the_firm_s_clock(
    globex: Workspace, charlie: Person, clock: Clock
) -> None:
    clock.move_to(datetime(2027, 1, 1, 2, tzinfo=UTC))  # Still 2026 in New York.
    with globex.acting(charlie) as by:
        switch_on(by, "Q-{yy}-{number}", "year")
        assert make(by).number == "Q-26-1"


def test_changing_the_pattern_never_repeats_a_number(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        year = by.today().year
        switch_on(by, "A-{number:02}")
        first = [make(by).number for _time in range(2)]
        switch_on(by, "B-{number:02}")
        second = make(by).number
        switch_on(by, "A-{number:03}")
        third = make(by).number
        switch_on(by, "C-{year}-{number:02}", "year")
        fourth = [make(by).number for _time in range(2)]
        switch_on(by, "C-{year}-{number:02}", "never")
        fifth = make(by).number
        switch_on(by, "C-{year}-{number:02}", "year")
        sixth = make(by).number
    assert first == ["A-01", "A-02"]
    assert second == "B-03"
    assert third == "A-004"
    assert fourth == [f"C-{year}-01", f"C-{year}-02"]
    assert (fifth, sixth) == (f"C-{year}-03", f"C-{year}-04")


def test_a_number_whose_record_was_erased_is_not_given_again(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        switch_on(by, "A-{year}-{number:02}", "year")
        one = make(by)
        by.session.delete(one)
        by.session.flush()
        assert str(make(by).number).endswith("-02")


@pytest.mark.parametrize(
    ("pattern", "resets"),
    [
        ("", "never"),
        ("Q", "never"),
        ("{number}{number}", "never"),
        ("Q-{number:04}", "year"),
        ("Q-{number:04}", "fiscal"),
        ("Q-{month}-{number}", "never"),
        ("Q-{number", "never"),
        ("Q-{number:99}", "never"),
        ("Q-{number:0}", "never"),
        ("Q-{year:04}-{number}", "never"),
        ("Q0{number}", "never"),
        ("{number}7", "never"),
        ("{year}{number:04}", "year"),
        ("x" * 41 + "{number}", "never"),
        ("Q\x07{number}", "never"),
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern: str, resets: str) -> None:
    with pytest.raises(Refused) as refused:
        read_pattern(pattern, Resets(resets))
    assert list(refused.value.errors) == ["pattern"]


def test_those_that_were_there_before_are_numbered_by_a_job(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(existing, "CHUNK", 2)  # Several runs.
    with acme.acting(alice) as by:
        made = [make(by, f"Old {at}") for at in range(5)]
        perform("product", "delete", made[4], by=by)
        with pytest.raises(Refused, match="Switch the numbers on"):
            existing.number_existing(by, registry().type("product"))
        switch_on(by)
        assert existing.unnumbered(registry().type("product"), by) == 4
        existing.number_existing(by, registry().type("product"))
    worker.drain()
    with acme.acting(alice) as by:
        assert numbers(by) == ["P-001", "P-002", "P-003", "P-004", None]
        told = by.session.scalars(select(Event).where(Event.record_id == made[0].id)).all()
        assert [one.via for one in told if one.verb == "updated"] == ["job"]


def test_the_page_shows_the_next_number_and_changes_the_pattern(
    acme: Workspace, alice: Person
) -> None:
    assert "P-{number:05}" in alice.client.get(URL).text
    sent = {"pattern": "SKU-{year}-{number:04}", "resets": "year", "is_on": "1"}
    asked = alice.client.post(f"{URL}/product", data=sent | {"preview": "1"})
    with acme.acting(alice) as by:
        year = by.today().year
        assert by.session.scalars(select(NumberSequence)).all() == []
    assert f"The next number would be SKU-{year}-0001." in asked.text
    assert alice.client.post(f"{URL}/product", data=sent).status_code == 303
    assert f"SKU-{year}-0001" in alice.client.get(URL).text
    odd = alice.client.post(f"{URL}/product", data=sent | {"pattern": "SKU"})
    assert odd.status_code == 422
    assert 'value="SKU"' in odd.text
    assert alice.client.get(f"{URL}/contact").status_code == 404
    with acme.acting(alice) as by:
        told = by.session.scalars(select(Event).where(Event.record_type == "number_sequence"))
        assert [one.changes["is_on"] for one in told] == [[False, True]]
        make(by)
    assert alice.client.post(f"{URL}/product/existing").status_code == 303


def test_who_may_not_decide_it_can_not(acme: Workspace, bob: Person, program: Programs) -> None:
    assert bob.client.get(URL).status_code == 403
    assert bob.client.post(f"{URL}/product", data={}).status_code == 403
    assert program(bob).get("number-sequences").status_code == 403
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        switch_on(by)


def test_a_program_switches_numbers_on_and_creates(alice: Person, program: Programs) -> None:
    of_alice = program(alice)
    asked = {"record_type": "product", "pattern": "Z{number:03}", "is_on": True}
    changed = of_alice.patch("number-sequences", asked)
    assert changed.json["next_number"] == "Z001", changed.text
    made = of_alice.post("products", {"name": {"en": "Plank"}})
    assert made.json["number"] == "Z001"
    data = of_alice.get("number-sequences").json["data"]
    (one,) = (row for row in data if row["record_type"] == "product")
    assert json.loads(json.dumps(one))["next_number"] == "Z002"
    assert fields_in(of_alice.patch("number-sequences", asked | {"pattern": "Z"})) == ["pattern"]
    odd = asked | {"record_type": "contact"}
    assert fields_in(of_alice.patch("number-sequences", odd)) == ["record_type"]


def test_many_numbers_that_are_taken_are_passed_over_in_few_statements(
    acme: Workspace, alice: Person
) -> None:
    how = read_chosen("P-{number:03}", "never", True)
    with acme.acting(alice) as by:
        rows = [{"name": {"en": f"Old {at}"}, "number": f"P-{at:03}"} for at in range(1, 501)]
        perform_many("product", "create", rows, by=by)
        switch_on(by)
        product = registry().type("product")
        with Statements() as asked:
            assert next_number(product, how, by) == "P-501"
        assert len(asked.said) <= 30
        with Statements() as taken:
            assert take_numbers(product, 1, by) == ["P-501"]
        assert len(taken.said) <= 30
        assert by.session.get_one(NumberSequence, "product").last == 501
        assert take_numbers(product, 3, by, {"p-503"}) == ["P-502", "P-504", "P-505"]


def test_series_whose_numbers_begin_alike_are_named_to_who_decides(
    acme: Workspace, alice: Person
) -> None:
    said = "Begins like the numbers of others, so people can’t tell them apart: "
    assert said not in alice.client.get(URL).text, "as they come"
    with acme.acting(alice) as by:
        switch_on(by, "ct-{number:03}")
    page = alice.client.get(URL).text
    assert f"{said}Contracts" in page
    assert f"{said}Products" in page
    with acme.acting(alice) as by:
        switch_on(by)
    assert said not in alice.client.get(URL).text
