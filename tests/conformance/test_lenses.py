"""Every record type through every lens that it has: its board, its calendar, and moving there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest

from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import NotPermitted, Refused
from app.modules import install_record_types
from app.records.fields import Field
from app.records.lenses.choose import column_fields, date_fields
from app.records.lenses.lens import BOARD, CALENDAR, Lens
from app.records.lenses.moving import field_to_move, move, on_day
from app.records.pages.board import board_page, options_of
from app.records.pages.calendar import calendar_page
from app.records.pages.state import ListState
from app.records.query import Query
from app.records.types import RecordType
from tests.cast import Person, Workspace
from tests.conformance.examples import make

TYPES = tuple(install_record_types())
every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.key)


@pytest.fixture
def boss(acme: Workspace) -> Iterator[Actor]:
    """The service acting in Acme's scope."""
    with acme.scope():
        yield acme.actor()


def declared(kinds: tuple[str, ...]) -> list[tuple[RecordType, Field]]:
    """Every field that some type declares for a board or for a calendar."""
    found = []
    for one in TYPES:
        attributes = one.board.columns if "choice" in kinds else one.calendar.dates
        found += [(one, one.field(attribute.key)) for attribute in attributes]
    return found


def names(one: object) -> str:
    return getattr(one, "key", "")


@every_type
def test_a_declaration_names_what_the_type_has(record_type: RecordType) -> None:
    board, calendar = record_type.board, record_type.calendar
    assert all(record_type.field(one.key).kind == "choice" for one in board.columns)
    assert all(record_type.field(one.key).kind in ("day", "moment") for one in calendar.dates)
    assert all(record_type.field(one.key).kind in ("money", "amount") for one in board.sums)
    others = (*board.facts, board.next, board.done, calendar.colour, calendar.done)
    assert all(one.key in record_type.by_key for one in others if one is not None)
    assert all(record_type.action(name) is not None for name in board.zones)
    assert {key for key, _value in calendar.given} <= set(record_type.by_key)
    if board.stale_after:
        values = {one.value for one in record_type.field(board.columns[0].key).options}
        assert set(board.stale_after) <= values


@every_type
def test_a_page_is_there_for_each_lens_that_a_list_offers(
    acme: Workspace, alice: Person, record_type: RecordType
) -> None:
    with acme.scope():
        make(record_type, acme.actor())
    path = f"/{record_type.collection}"
    offered = alice.client.get(path).text
    for lens, has in ((BOARD, record_type.board.columns), (CALENDAR, record_type.calendar.dates)):
        assert (f'href="{path}/{lens}"' in offered) is bool(has)
        assert alice.client.get(f"{path}/{lens}").status_code == (200 if has else 422)


@pytest.mark.parametrize(("record_type", "field"), declared(("choice",)), ids=names)
def test_a_card_stands_in_the_column_of_its_value_and_moves_to_every_other(
    boss: Actor, record_type: RecordType, field: Field
) -> None:
    record = make(record_type, boss)
    state = ListState(record_type, Query(), lens=Lens(BOARD, field.key))

    def standing() -> list[str]:
        return [
            column.value
            for column in board_page(state, boss).columns
            for card in column.cards
            if card.id == str(record.id)
        ]

    assert standing() == [field.value(record) or ""]
    for option in options_of(record_type, field, boss):
        if option.by_action:
            continue  # Reached by that action alone, which asks what it takes.
        move(record_type, record, field, option.value, boss, record.version)
        assert standing() == [option.value]


@pytest.mark.parametrize(
    ("record_type", "field"),
    [(one, field) for one, field in declared(("moment",)) if not field.readonly],
    ids=names,
)
def test_an_entry_stands_on_its_day_and_moves_to_another(
    boss: Actor, record_type: RecordType, field: Field
) -> None:
    record = make(record_type, boss)

    def standing(on: date) -> list[str]:
        lens = Lens(CALENDAR, field.key)
        page = calendar_page(ListState(record_type, Query(), lens=lens, on=on.isoformat()), boss)
        return [day.iso for day in page.days for one in day.entries if one.id == str(record.id)]

    value = field.value(record)
    day = value.astimezone(boss.zone).date() if isinstance(value, datetime) else value
    assert standing(day) == [day.isoformat()]
    beyond = day.replace(day=28)
    sent = on_day(record, field, beyond.isoformat(), boss)
    move(record_type, record, field, sent, boss, record.version)
    assert standing(beyond) == [beyond.isoformat()]


@pytest.mark.parametrize(
    ("record_type", "field"), declared(("choice",)) + declared(("moment",)), ids=names
)
def test_a_field_that_a_role_does_not_see_makes_no_lens_for_it(
    boss: Actor, record_type: RecordType, field: Field
) -> None:
    record = make(record_type, boss)
    grants = {(one.key, verb): Reach.ALL for one in TYPES for verb in one.verbs}
    hidden = {(record_type.key, field.key): FieldAccess.HIDDEN}
    by = replace(boss, rights=Rights(grants=grants, fields=hidden))
    assert field not in (*column_fields(record_type, by), *date_fields(record_type, by))
    lens, page = (BOARD, board_page) if field.kind == "choice" else (CALENDAR, calendar_page)
    with pytest.raises(Refused):
        page(ListState(record_type, Query(), lens=Lens(lens, field.key)), by)
    with pytest.raises(NotPermitted):
        field_to_move(record_type, field.key, by)
    value = field.value(record)
    with pytest.raises((NotPermitted, Refused)):  # What the product keeps is nobody's to set.
        move(record_type, record, field, str(value or ""), by, record.version)
