"""Totals agree with the rows: for random reports, filters and readers, number by number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.kernel.actor import Actor, Reach, Rights
from app.records.filters import Filter, Group, Node
from app.records.parts.facts import rows_of
from app.records.query import Query, count
from app.records.query.narrowing import conditions
from app.records.tailored import tailored
from app.records.types import RecordType
from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.engine.drill import rows_behind
from app.reports.engine.meaning import Dimension
from app.reports.engine.result import Place, Result
from app.reports.engine.run import run_report
from tests.cast import Person, Workspace

UNITS = ("day", "week", "month", "quarter", "year", "fiscal_year")
STEPS = (None, Decimal(5), Decimal("2.5"))
WHOLE_STEPS = (None, Decimal(1), Decimal(7))


def dates(key: str) -> st.SearchStrategy[Grouped]:
    return st.builds(Grouped, st.just(key), unit=st.sampled_from(UNITS))


def named(*keys: str) -> st.SearchStrategy[Grouped]:
    sorts = st.sampled_from(("", "most", "least"))
    return st.builds(Grouped, st.sampled_from(keys), most=st.sampled_from((0, 1, 2)), sort=sorts)


GROUPS = {
    "account": st.one_of(
        dates("created_at"),
        named("industry", "country", "city", "owner_id", "parent_id", "x_gauge", "x_signed"),
        named("parent_id.industry", "parent_id.owner_id"),
        named("parent_id.parent_id.industry", "parent_id.parent_id.x_gauge"),
        st.builds(Grouped, st.just("x_machines"), step=st.sampled_from(STEPS)),
        st.builds(Grouped, st.sampled_from(("tags", "x_wishes"))),
    ),
    "contact": st.one_of(
        dates("created_at"),
        named("owner_id", "account_id", "account_id.industry", "account_id.country"),
        named("account_id.x_gauge", "account_id.owner_id"),
        named("account_id.parent_id.industry", "account_id.parent_id.owner_id"),
        st.builds(Grouped, st.just("account_id.tags")),
    ),
    "activity": st.one_of(
        dates("created_at"),
        named("kind", "owner_id", "account_id", "account_id.city"),
        named("account_id.parent_id.country", "contact_id.account_id.owner_id"),
        st.builds(Grouped, st.just("minutes"), step=st.sampled_from(WHOLE_STEPS)),
    ),
}
NUMBER = {"account": "x_machines", "contact": "account_id.x_machines", "activity": "minutes"}
FAR = {  # Of a record that a related one refers to.
    "account": "parent_id.parent_id.x_machines",
    "contact": "account_id.parent_id.x_machines",
    "activity": "contact_id.account_id.x_machines",
}
FILTERS: dict[str, tuple[Node, ...]] = {
    "account": (
        Filter("country", "in", "DE,CN"),
        Filter("parent_id.industry", "isnull", "false"),
        Group("not", (Filter("tags", "has", "vip"), Filter("city", "eq", "York"))),
        Filter("created_at", "gte", "2024-12-31"),
    ),
    "contact": (
        Filter("account_id.country", "ne", "DE"),
        Filter("account_id.parent_id.industry", "isnull", "false"),
        Group("not", (Filter("account_id.parent_id.owner_id", "eq", "me"),)),
        Group("or", (Filter("owner_id", "eq", "me"), Filter("account_id", "isnull", "true"))),
    ),
    "activity": (
        Filter("minutes", "gt", "0"),
        Filter("account_id.parent_id.country", "in", "DE,CN"),
        Group("or", (Filter("kind", "eq", "call"), Filter("account_id.city", "eq", "上海"))),
    ),
}


def reports() -> st.SearchStrategy[Definition]:
    return st.sampled_from(sorted(GROUPS)).flatmap(
        lambda kind: st.builds(
            Definition,
            st.just(kind),
            st.lists(GROUPS[kind], max_size=3, unique_by=lambda one: one.key)
            .filter(lambda all_: sum(one.key.endswith(("tags", "x_wishes")) for one in all_) < 2)
            .map(tuple),
            st.permutations(measures(kind)).map(lambda found: tuple(found[:3])),
            st.lists(st.sampled_from(FILTERS[kind]), max_size=2, unique=True).map(tuple),
            st.sampled_from((None, Period("created_at", "2024-07-01,2025-06-30"))),
        )
    )


def measures(kind: str) -> tuple[Measure, ...]:
    key, parts = NUMBER[kind], FILTERS[kind]
    numbers = [Measure(what, key) for what in ("sum", "average", "min", "max", "distinct", "share")]
    numbers += [Measure(what, FAR[kind]) for what in ("sum", "max", "distinct")]
    rate = Measure("rate", "", (parts[0],), (parts[1],))
    return (Measure(), Measure("share"), rate, Measure("distinct", "owner_id"), *numbers)


def readers(alice: Actor, bob: Actor) -> list[Actor]:
    """Who may see all; who sees their own; who opens contacts and activities but own accounts."""
    grants = {(kind, "read"): Reach.ALL for kind in ("contact", "activity")}
    grants[("account", "read")] = Reach.OWN
    return [alice, bob, replace(bob, rights=Rights(grants))]


@pytest.mark.usefixtures("yard")
def test_every_number_is_that_of_the_rows_it_opens(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.scope():
        people = readers(acme.actor(alice), acme.actor(bob))

        @settings(
            max_examples=120,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @given(definition=reports(), who=st.integers(0, 2))
        def agrees(definition: Definition, who: int) -> None:
            by = people[who]
            result = run_report(definition, by)
            for place, numbers in result.cells.items():
                assert numbers == expected(result, place, by), (place, definition)
            _demand_whole(result, by)

        agrees()


def expected(result: Result, place: Place, by: Actor) -> tuple[Any, ...]:
    """The numbers of a place, each counted from the rows that its link opens."""
    return tuple(_one(result, place, by, number) for number in range(len(result.measures)))


def _one(result: Result, place: Place, by: Actor, number: int) -> Any:
    measured = result.measures[number]
    what = measured.asked.what
    rows = rows_behind(result, place, by)
    kind = tailored(result.meaning.record_type, by)
    if what == "rate":
        return _rate(result, place, by, number)
    if measured.field is None:
        found: Any = rows_counted(kind, rows, by)
        if what == "count":
            return found
        total = rows_counted(kind, rows_behind(result, result.whole, by), by)
        return Decimal(found) / Decimal(total) * 100 if total else None
    values = _values(result, number, rows, by)
    if what == "share":
        every = sum(_values(result, number, rows_behind(result, result.whole, by), by))
        return Decimal(sum(values)) / Decimal(every) * 100 if every and values else None
    return ADDED[what](values) if values or what == "distinct" else None


def rows_counted(kind: RecordType, filters: tuple[Node, ...], by: Actor) -> int:
    """How many rows a list of these conditions has, of records or of their parts."""
    if kind.part is None:
        return count(kind, Query(filters=filters), by, cap=None)
    held = conditions(kind, Query(filters=filters), by)
    asked = select(func.count()).select_from(rows_of(kind)).where(*held)
    return by.session.scalar(asked) or 0


def _rate(result: Result, place: Place, by: Actor, number: int) -> Decimal | None:
    kind = tailored(result.meaning.record_type, by)
    asked = (*rows_behind(result, place, by), *result.measures[number].asked.whole)
    whole = rows_counted(kind, asked, by)
    part = rows_counted(kind, rows_behind(result, place, by, number), by)
    return Decimal(part) / Decimal(whole) * 100 if whole else None


ADDED: dict[str, Callable[[list[Any]], Any]] = {
    "distinct": lambda values: len(set(values)),
    "sum": sum,
    "min": min,
    "max": max,
    "average": lambda values: Decimal(sum(values)) / len(values),
}


def _values(result: Result, number: int, rows: tuple[Node, ...], by: Actor) -> list[Any]:
    """The values of a measure's field, read one by one as a list shows them."""
    kind = tailored(result.meaning.record_type, by)
    found = result.measures[number].meant
    assert found is not None
    held = conditions(kind, Query(filters=rows), by)
    if found.by is None:
        values = by.session.scalars(
            select(found.field.expression).select_from(rows_of(kind)).where(*held)
        )
    else:
        first, *further = found.steps
        ids = select(kind.model.id, first.target_id).select_from(rows_of(kind)).where(*held)
        values = [row[1] for row in by.session.execute(ids)]  # type: ignore[assignment]
        columns = [*(one.target_id for one in further), found.field.expression]
        for step, column in zip(found.steps, columns, strict=True):
            target = tailored(step.to or "", by)
            every = select(target.model.id, column).where(*conditions(target, Query(), by))
            known = {row[0]: row[1] for row in by.session.execute(every)}
            values = [known.get(one) for one in values]  # type: ignore[assignment]
    return [one for one in values if one is not None]


def _demand_whole(result: Result, by: Actor) -> None:
    """Each row is in a group of each dimension; in several only where it has several values."""
    kind = tailored(result.meaning.record_type, by)
    everything = rows_counted(kind, result.meaning.filters, result.meaning.firm)
    sizes = {
        place: rows_counted(kind, rows_behind(result, place, by), by) for place in result.cells
    }
    assert sizes[result.whole] == everything
    for number, dimension in enumerate(result.dimensions):
        added = sum(size for place, size in sizes.items() if _is_of(place, number))
        assert added == everything or (_is_many(dimension) and added >= everything)


def _is_of(place: Place, number: int) -> bool:
    return all((one is not None) == (n == number) for n, one in enumerate(place))


def _is_many(dimension: Dimension) -> bool:
    return dimension.is_many


@pytest.mark.usefixtures("yard")
def test_the_finest_groups_add_up_to_each_subtotal(acme: Workspace, alice: Person) -> None:
    groups = (Grouped("industry"), Grouped("created_at", "quarter"), Grouped("owner_id", most=1))
    with acme.acting(alice) as by:
        result = run_report(Definition("account", groups, (Measure(),)), by)
        model = tailored("account", by).model
        live = by.session.scalar(select(func.count(model.id)).where(model.deleted_at.is_(None)))
        assert result.at(result.whole) == (live,)
        for shown in product((True, False), repeat=3):
            added: dict[Place, int] = {}
            for place, (number,) in result.cells.items():
                if all(one is not None for one in place):
                    above = tuple(
                        one if keep else None for one, keep in zip(place, shown, strict=True)
                    )
                    added[above] = added.get(above, 0) + int(str(number))
            assert added == {
                place: number
                for place, (number,) in result.cells.items()
                if tuple(one is not None for one in place) == shown
            }
