"""Reports count every record type by every field, and tell nothing of one that is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import NotPermitted
from app.modules import install_record_types
from app.records.filters import Filter
from app.records.filters.conditions import Meant, meant
from app.records.registry import registry
from app.records.tailored import tailored
from app.records.types import RecordType
from app.reports.engine.definition import MEASURES, MOST_MEASURES, Definition, Grouped, Measure
from app.reports.engine.meaning import can_group, can_measure
from app.reports.engine.run import run_report
from tests.cast import Person, Workspace
from tests.conformance.examples import add_part, make
from tests.conformance.test_amounts import another
from tests.reports.test_totals import _demand_whole, expected, rows_counted

TYPES = tuple(install_record_types())
COUNTED = (*TYPES, *(kind for one in TYPES for kind in one.types_of_parts.values()))
every_type = pytest.mark.parametrize("record_type", COUNTED, ids=lambda one: one.counted_as)


@pytest.fixture
def boss(acme: Workspace, alice: Person) -> Iterator[Actor]:
    """The owner of Acme, in its scope."""
    with acme.scope():
        yield acme.actor(alice)


def three(record_type: RecordType, by: Actor) -> RecordType:
    """Three records of a type, of three months; the last holds what it must and no more."""
    for number in range(3):
        whole = registry().type(record_type.key)
        record = make(whole, by, **another(whole, number))
        if record_type.part is not None:
            add_part(record_type.part, record, number, by)
        record.created_at = by.now - timedelta(days=40 * number)
        if number == 2:
            for column in record_type.model.__table__.c:
                field = record_type.by_key.get(column.key)
                is_free = column.nullable and field is not None and not field.required
                if is_free and field is not None and field.kind not in ("moment", "day"):
                    setattr(record, column.key, None)
    by.session.flush()
    by.session.expire_all()
    return tailored(record_type, by)


def fields_of(record_type: RecordType, by: Actor) -> list[tuple[str, Meant]]:
    """Every field of a type, and of what it refers to, by the key that a report names."""
    found = []
    for field in record_type.fields:
        leads_on = field.to is not None and field.to != "user"
        keys = (
            [f"{field.key}.{one.key}" for one in tailored(field.to, by).fields] if leads_on else []
        )
        for key in (field.key, *keys):
            one = meant(record_type, key, by)
            assert one is not None, key
            found.append((key, one))
    return found


@every_type
def test_each_group_counts_the_rows_that_it_opens(boss: Actor, record_type: RecordType) -> None:
    kind = three(record_type, boss)
    everything = rows_counted(kind, (), boss)
    assert everything >= 3
    tried = 0
    for key, one in fields_of(kind, boss):
        if not can_group(one):
            continue
        asked = Definition(kind.counted_as, (Grouped(key),), (Measure(),))
        result = run_report(asked, boss)
        assert result.at(result.whole)[0] == everything, key
        for place, numbers in result.cells.items():
            assert numbers == expected(result, place, boss), (key, place)
        _demand_whole(result, boss)
        tried += 1
    assert tried > 1


@every_type
def test_each_number_is_that_of_its_rows(boss: Actor, record_type: RecordType) -> None:
    kind = three(record_type, boss)
    measures = [
        Measure(what, key)
        for key, one in fields_of(kind, boss)
        for what in MEASURES
        if can_measure(what, one)
    ]
    assert measures
    for first in range(0, len(measures), MOST_MEASURES):
        some = tuple(measures[first : first + MOST_MEASURES])
        asked = Definition(kind.counted_as, (Grouped("created_at", "month"),), some)
        result = run_report(asked, boss)
        assert len(result.cells) == 4, "three months and the total"
        for place, numbers in result.cells.items():
            assert numbers == expected(result, place, boss), (some, place)


@every_type
def test_a_hidden_field_is_no_group_no_number_and_no_condition(
    boss: Actor, record_type: RecordType
) -> None:
    kind = three(record_type, boss)
    grants = {(one.key, "read"): Reach.ALL for one in TYPES}
    for field in kind.fields:
        one = meant(kind, field.key, boss)
        assert one is not None
        if field.required or field.key == kind.title.key:  # These are hidden from nobody.
            continue
        hidden = {(kind.key, field.key): FieldAccess.HIDDEN}
        reader = replace(boss, rights=Rights(grants, hidden))
        if kind.part is not None and field.key in kind.part.needs:  # Nobody reads parts without it.
            with pytest.raises(NotPermitted):
                run_report(Definition(kind.counted_as, (), (Measure(),)), reader)
            continue
        if can_group(one):
            asked = Definition(kind.counted_as, (Grouped(field.key),), (Measure(),))
            assert not run_report(asked, reader).dimensions, field.key
        if can_measure("distinct", one):
            asked = Definition(kind.counted_as, (), (Measure("distinct", field.key),))
            with pytest.raises(NotPermitted):
                run_report(asked, reader)
        narrowed = Definition(
            kind.counted_as, (), (Measure(),), (Filter(field.key, "isnull", "false"),)
        )
        with pytest.raises(NotPermitted):
            run_report(narrowed, reader)
