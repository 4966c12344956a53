"""A board: a column for each option of a choice, with its number, its sums and its first cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.language import Text, gettext
from app.records.access import sees
from app.records.custom.field import OwnField
from app.records.fields import Field, Option
from app.records.filters import Filter
from app.records.lenses.choose import column_field, column_fields
from app.records.lenses.lens import AS_ROWS
from app.records.pages.board_groups import (
    GroupLink,
    group_links,
    group_of,
    in_group,
    narrowed,
    options_of,
)
from app.records.pages.card import Card, CardMaker, card_keys, may_move
from app.records.pages.choices import choices_of
from app.records.pages.heads import ListHead, list_head
from app.records.pages.lenses import FieldLink, field_links
from app.records.pages.listing import capped
from app.records.pages.looks import tone
from app.records.pages.state import ListState
from app.records.query import COUNT_CAP
from app.records.query.cards import NO_CARDS, Held, Value, cards, count_cards
from app.records.types import Action, RecordType
from app.web.formats import formats

PER_COLUMN = 20
ON_PAGE = 140  # Cards; a board of many columns shows fewer in each, so that the page stays light.
FEWEST = 5
MOST_COLUMNS = 40
SUMS = 1  # Amounts in the head of a column.


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """One column; `takes` says that cards may be moved here, `value` is empty for "no value".

    Where `ask` is told, a card that is dropped here opens that form below its record."""

    value: str
    label: str
    tone: str
    count: str
    sums: str
    cards: list[Card]
    more_url: str | None
    list_url: str
    new_url: str | None
    takes: bool
    ask: str = ""

    @property
    def id(self) -> str:
        """What the ids of its parts end in."""
        return self.value or "none"


@dataclass(frozen=True, slots=True)
class BoardPage:
    """All that `records/board.html` shows; `why_still` says why cards can't be moved."""

    head: ListHead
    field: Field
    columns: tuple[BoardColumn, ...]
    fields: tuple[FieldLink, ...]
    groups: tuple[GroupLink, ...]
    zones: tuple[Action, ...]
    may_move: bool
    why_still: str
    left_out: int

    @property
    def group_label(self) -> Text | str:
        """What the groups of columns are groups of."""
        within = self.head.record_type.board.within
        return self.head.record_type.by_key[within.key].label if within is not None else ""

    @property
    def is_empty(self) -> bool:
        """True when no column holds a card."""
        return not any(column.cards for column in self.columns)


def board_page(state: ListState, by: Actor, reader: Actor | None = None) -> BoardPage:
    """The board that `state` asks for; Refused where the address asks for no such.

    `reader` is who reads its cards, where that is not plainly `by`.
    """
    record_type = state.record_type
    me, by = by, reader or by
    field = column_field(record_type, state.lens.by, by)
    whole, state = state, narrowed(state, by)
    options, left_out = _options(state, field, by)
    sums = _sums(record_type, by)
    wanted = _wanted(field, options)
    held = count_cards(record_type, state.asked, by, field, wanted, sums)
    shown = [value for value in wanted if held[value].count or value in _in_use(options)]
    limit = max(min(PER_COLUMN, ON_PAGE // max(len(shown), 1)), FEWEST)
    asked = replace(state.asked, limit=limit, cursor="")
    # A value that nobody has would be looked for to the end of the list.
    filled = [value for value in shown if held[value].count]
    found = cards(record_type, asked, by, card_keys(record_type, field, by), field, filled)
    found |= {value: NO_CARDS for value in shown if value not in found}
    moves = may_move(record_type, field, by)
    maker = CardMaker(record_type, field, choices_of(record_type, by), by)
    columns = tuple(
        _column(
            state,
            field,
            options.get(value),
            value,
            held[value],
            maker.of(found[value].rows),
            found[value].next,
            by,
        )
        for value in shown
    )
    return BoardPage(
        head=list_head(whole, me, None if left_out else _shown_total(held), by),
        field=field,
        columns=columns,
        fields=field_links(whole, column_fields(record_type, by), field),
        groups=group_links(whole, field, by),
        zones=_zones(record_type, by),
        may_move=moves,
        why_still="" if moves else _why_still(field, by),
        left_out=left_out,
    )


def column_heads(state: ListState, by: Actor) -> tuple[BoardColumn, ...]:
    """The columns of a board without their cards, for the numbers that a move changed."""
    record_type = state.record_type
    field = column_field(record_type, state.lens.by, by)
    state = narrowed(state, by)
    options, _left_out = _options(state, field, by)
    wanted = _wanted(field, options)
    held = count_cards(record_type, state.asked, by, field, wanted, _sums(record_type, by))
    return tuple(
        _column(state, field, options.get(value), value, held[value], [], None, by)
        for value in wanted
    )


def more_cards(state: ListState, value: Value, cursor: str, by: Actor) -> BoardColumn:
    """The cards of one column behind `cursor`."""
    record_type = state.record_type
    field = column_field(record_type, state.lens.by, by)
    state = narrowed(state, by)
    options, _left_out = _options(state, field, by)
    asked = replace(state.asked, limit=PER_COLUMN, cursor=cursor)
    found = cards(record_type, asked, by, card_keys(record_type, field, by), field, [value])[value]
    made = CardMaker(record_type, field, choices_of(record_type, by), by).of(found.rows)
    none = Held(0, ())
    return _column(state, field, options.get(value), value, none, made, found.next, by)


def one_card(state: ListState, record_id: UUID, value: Value, by: Actor) -> Card | None:
    """The card of one record as the board shows it now; None where its filters leave it out."""
    record_type = state.record_type
    field = column_field(record_type, state.lens.by, by)
    state = narrowed(state, by)
    asked, keys = replace(state.asked, limit=1, cursor=""), card_keys(record_type, field, by)
    found = cards(record_type, asked, by, keys, field, [value], only=record_id)[value]
    made = CardMaker(record_type, field, choices_of(record_type, by), by).of(found.rows)
    return made[0] if made else None


def _options(state: ListState, field: Field, by: Actor) -> tuple[Mapping[Value, Option], int]:
    """The options that can be columns, by value, and how many are one too many."""
    options = in_group(options_of(state.record_type, field, by), group_of(state, field, by))
    in_use = sorted(options, key=lambda one: one.is_retired)
    kept = {one.value for one in in_use[:MOST_COLUMNS]}
    return {one.value: one for one in options if one.value in kept}, len(options) - len(kept)


def _wanted(field: Field, options: Mapping[Value, Option]) -> list[Value]:
    """The values of the columns, that of records without one first where there can be such."""
    return [*([None] if field.nullable else []), *options]


def _in_use(options: Mapping[Value, Option]) -> set[Value]:
    return {value for value, option in options.items() if not option.is_retired}


def _sums(record_type: RecordType, by: Actor) -> tuple[Field, ...]:
    """The amounts that heads add up: the declared ones, else the workspace's own."""
    keys = [one.key for one in record_type.board.sums]
    own = [one for one in record_type.fields if isinstance(one, OwnField)]
    keys = keys or [one.key for one in own if one.kind in ("money", "amount")]
    return tuple(record_type.by_key[key] for key in keys if sees(record_type, key, by))[:SUMS]


def _column(
    state: ListState,
    field: Field,
    option: Option | None,
    value: Value,
    held: Held,
    shown: list[Card],
    cursor: str | None,
    by: Actor,
) -> BoardColumn:
    record_type, write = state.record_type, formats(by)
    label = option.shown_in_group() if option is not None else gettext("Without a value")
    is_offered = option is None or option.is_offered
    creates = by.may(record_type.key, "create") and may_move(record_type, field, by)
    made = urlencode({**({field.key: value} if value else {}), "next": state.url()})
    more = [("column", value or ""), ("cursor", cursor or "")]
    of_column = replace(state, lens=AS_ROWS)
    own = Filter(field.key, "eq", value) if value else Filter(field.key, "isnull", "true")
    asked = replace(state.asked, filters=(*state.asked.filters, own), cursor="")
    return BoardColumn(
        value=value or "",
        label=label,
        tone=tone(option.colour) if option is not None else "",
        count=capped(held.count, write),
        sums=_told(held.sums, by),
        cards=shown,
        more_url=state.below("board/cards", *more) if cursor else None,
        list_url=replace(of_column, asked=asked).url(),
        new_url=f"{state.path}/new?{made}" if creates and is_offered else None,
        takes=is_offered,
        ask=_asked(record_type, option, by),
    )


def _asked(record_type: RecordType, option: Option | None, by: Actor) -> str:
    """The path of the form by which a record comes to have an option, where `by` may use it."""
    action = record_type.action(option.by_action) if option is not None else None
    if action is None or action.ask is None or by.tenant.is_read_only:
        return ""
    return action.ask.path if by.may(record_type.key, action.name) else ""


def _told(sums: Sequence[Decimal | None], by: Actor) -> str:
    """The sums that are more than nothing, as short as a head needs them."""
    write = formats(by)
    return " · ".join(write.money_short(one, by.tenant.currency) for one in sums if one)


def _shown_total(held: Mapping[Value, Held]) -> int | None:
    """How many records the board has, where every column was counted to its end."""
    counts = [one.count for one in held.values()]
    return None if any(one > COUNT_CAP for one in counts) else sum(counts)


def _zones(record_type: RecordType, by: Actor) -> tuple[Action, ...]:
    """The declared actions that a card can be dropped on, as far as the reader may do them."""
    if by.tenant.is_read_only:
        return ()
    found = (record_type.action(name) for name in record_type.board.zones)
    return tuple(one for one in found if one and by.may(record_type.key, one.name))


def _why_still(field: Field, by: Actor) -> str:
    if by.tenant.is_read_only:
        return gettext("Cards stay where they are: this workspace is read-only until it is paid.")
    return gettext(
        "Your role may look at this board, but not change %(field)s, so cards stay where they are.",
        field=field.label,
    )
