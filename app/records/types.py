"""The declaration of a record type: facts, never control flow, HTML or SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement

from app.kernel.actor import Actor
from app.kernel.language import Text, current
from app.kernel.localized import pick
from app.records.duplicates.facts import Sign
from app.records.exports.facts import Card
from app.records.fields import Attribute, Field, text_of
from app.records.imports.facts import Lined, Noted, Past
from app.records.lenses.facts import NO_BOARD, NO_CALENDAR, Board, Calendar
from app.records.model import Record
from app.records.numbers.facts import Numbered
from app.records.parts.facts import Part, as_parts
from app.records.pool.facts import SEE_POOL, Pool
from app.records.priced.field import PriceField, in_form, with_prices

STANDARD_VERBS = ("read", "create", "update", "delete")
TOLD_BY_EVENT = ("created_at", "updated_at")
EXPORT = "export"  # Granted like a verb; it changes no record, so it does not go by the door.
IMPORT = "import"  # Granted like a verb too; each row of a file needs the verb that it asks for.


@dataclass(frozen=True, slots=True)
class Words:
    """What a record type is called, in whole phrases that a translator can turn."""

    one: Text  # Account
    many: Text  # Accounts
    new: Text  # New account
    count: tuple[str, str]  # "%(n)s account", "%(n)s accounts"; marked by the declaration.
    search: Text  # What the list's search box looks through.
    empty: Text  # The sentence of an empty list.


@dataclass(frozen=True, slots=True)
class Ask:
    """A form that asks what an action takes and then does it, at `path` below the record.

    With `always` pages never do the action without it, though programs may. With `at_drop` a card
    that is dropped on the action asks as well, where a press elsewhere does it at once.
    """

    path: str
    label: Text
    icon: str
    always: bool = False
    at_drop: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that an action lets people choose; `text` says what that means."""

    value: str
    label: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choose:
    """The one input of an action that many records can be given at once, and what it offers."""

    key: str
    label: Text
    offers: Callable[[RecordType, Actor], list[Offer]]


@dataclass(frozen=True, slots=True)
class Action:
    """A declared verb of a record type beyond the standard ones.

    `run(record, by=actor, **inputs)` does it, `when(record)` says whether it can be done now,
    `event` is its past tense, and `told` how a timeline says after a name that it was done. `reads`
    are the fields that `when` looks at, so that a list has them; `inputs` are the keys that a
    request must send, `optional` those that it may send as well, `ask` the form for them, and
    `choose` the one that a bulk change asks for. Where `is_offered` says no, pages don't show it.
    What `run` answers with is added to what its event tells; `names` is the key of a text among it,
    by language, that is told after the words, to whoever sees the field `names_of`. `undo_of` is
    the key in which `undo` takes the id of the change of many records whose doing it is to take
    back, and nothing beside it. An action that `moves_fields` does nothing but give fields other
    values: its timeline tells them, and the undoing of such a change of many records puts them
    back. `in_pool` are those that the rows of a list offer only where it shows the pool; one that
    is not `in_rows` they never offer. `leads_to(record, by)` is the address of what one that makes
    another record made: its page is what whoever pressed wants to see next. One that is done but
    once says by `is_done(record, by)` whether it was; then it is not offered any more, and `opens`
    names the link that leads there.
    """

    name: str
    label: Text
    event: str
    told: Text
    run: Callable[..., Mapping[str, Any] | None]
    when: Callable[[Any], bool] = lambda _record: True
    reads: tuple[Attribute, ...] = ()
    inputs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    ask: Ask | None = None
    choose: Choose | None = None
    is_offered: Callable[[Actor], bool] = lambda _by: True
    names: str = ""
    names_of: Attribute | None = None
    icon: str = "check"
    undo: str = ""  # The action that takes it back, offered with the message.
    undo_of: str = ""
    result: Text | None = None  # What the message says was done: Marked as done.
    happened: Text | None = None  # What its event is called, where that is not the same.
    leads_to: Callable[[Any, Actor], str] = lambda _record, _by: ""
    is_done: Callable[[Any, Actor], bool] = lambda _record, _by: False
    opens: Text | None = None
    moves_fields: bool = False
    in_pool: bool = False
    in_rows: bool = True

    @property
    def done(self) -> Text:
        """What a message says was done."""
        return self.result or self.label

    @property
    def event_label(self) -> Text:
        """What its event is called where events are listed."""
        return self.happened or self.done

    @property
    def takes(self) -> tuple[str, ...]:
        """Every key that may be sent."""
        return (*self.inputs, *self.optional)

    @property
    def is_direct(self) -> bool:
        """True where a page does it at one press: nothing has to be asked."""
        return not self.inputs and not self.asks_always

    @property
    def ask_at_drop(self) -> str:
        """The path of the form that a card dropped on it opens; empty where it is done at once."""
        if self.ask is None or (self.is_direct and not self.ask.at_drop):
            return ""
        return self.ask.path

    @property
    def asks_always(self) -> bool:
        """True where pages do it by its form alone, one record at a time."""
        return self.ask is not None and self.ask.always


@dataclass(frozen=True, slots=True)
class Panel:
    """A template shown beside a record; `load(record, by)` gives what it shows.

    `side` is right or middle on the record's page, or peek: beside the list, at a glance.
    """

    template: str
    load: Callable[[Any, Actor], dict[str, Any]]
    side: str = "right"


@dataclass(frozen=True, slots=True)
class View:
    """A view of the list that comes with the product, as a tab; with an `icon` in the rail too.

    `arguments` are those of the list's address: filters and order. `needs` is what the role must
    allow on the type for the view to be offered.
    """

    label: Text
    arguments: tuple[tuple[str, str], ...]
    icon: str = ""
    needs: str = "read"

    @property
    def keys(self) -> frozenset[str]:
        """The fields that it filters by, all of which its reader must see."""
        return frozenset(name.partition("__")[0] for name, _text in self.arguments) - {"sort"}

    @property
    def query(self) -> str:
        """The view as the query of the list's address."""
        return urlencode(self.arguments)


@dataclass(frozen=True, slots=True)
class Child:
    """Records that go and come back with theirs: `type` refers to its parent by `reference`."""

    type: str
    reference: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a form and of a record's page: its heading by language, its fields by key.

    With `is_more` it stands behind "more".
    """

    heading: Mapping[str, str]
    keys: tuple[str, ...]
    is_more: bool


@dataclass(frozen=True, eq=False)  # Each type is one object, by which caches know it.
class RecordType:
    """The facts of one record type; see `zuke records show` for all that derives from them.

    `columns`, `form` and `more` name attributes: the list's columns, the drawer's first fields
    and those behind "more". `search` names what can be found, so that a hidden field is not
    betrayed. `prepare(record, by)` fills derived columns before a row is written,
    `changed(record, verb, by)` keeps other rows in step after it, and `regrouped(record, by)` does
    when others came to a record, or left it, because of a merge. `through` names references
    whose record, when it may be read, makes this one readable too. `told_on(record)` names the
    records whose followers hear of this one, by type and id, the nearest first. `offered` are the
    arguments of a list's address: only such records are offered where others refer to the type.
    `filled(given, by)` is what the form of a new record holds besides, as another record that is
    given says it already.
    `mailed_to` are references to those whose addresses a mail about such a record goes to.
    Of many records at once, `gather(records, by)` fetches in few statements what `prepare` would
    look up for each, and `changed_many(records, verb, by)` does what `changed` does for each.
    """

    key: str
    collection: str
    module: str
    model: type[Record]
    words: Words
    icon: str
    title: Attribute
    fields: tuple[Field, ...]
    columns: tuple[Attribute | Field, ...]
    form: tuple[Attribute | Field, ...]
    more: tuple[Attribute | Field, ...] = ()
    search: tuple[Attribute, ...] = ()  # What `prepare` writes into the search keys.
    search_other: Attribute | None = None  # A reference whose title is in the keys as well.
    subtitle: tuple[Attribute, ...] = ()
    number_first: Attribute | None = None  # Said before the title where others refer to them.
    highlights: tuple[Attribute, ...] = ()  # Shown as pills beside the title.
    default_sort: str = "-created_at"
    actions: tuple[Action, ...] = ()
    panels: tuple[Panel, ...] = ()
    views: tuple[View, ...] = ()
    children: tuple[Child, ...] = ()
    through: tuple[Attribute, ...] = ()
    mailed_to: tuple[Attribute, ...] = ()
    account: Attribute | None = None  # The customer concerned, for the event row.
    offered: tuple[tuple[str, str], ...] = ()
    attention: Attribute | None = None  # A moment; when it is past, the record needs attention.
    board: Board = NO_BOARD
    calendar: Calendar = NO_CALENDAR
    card: Card | None = None  # Where records are people with cards.
    is_person: bool = False
    in_navigation: bool = True
    has_timeline: bool = True
    told_on: Callable[[Any], Iterable[tuple[str, UUID]]] = lambda _record: ()
    milestones: tuple[str, ...] = ()  # Events that the timeline of its account tells as well.
    tells_mine: bool = True  # Lists have a tab of what the reader owns; a catalogue is everybody's.
    filled: Callable[[Mapping[str, str], Actor], Mapping[str, str]] = lambda _given, _by: {}
    prepare: Callable[[Any, Actor], None] = lambda _record, _by: None
    changed: Callable[[Any, str, Actor], None] = lambda _record, _verb, _by: None
    regrouped: Callable[[Any, Actor], None] = lambda _record, _by: None
    gather: Callable[[Sequence[Any], Actor], None] = lambda _records, _by: None
    changed_many: Callable[[Sequence[Any], str, Actor], None] | None = None
    can_merge: bool = True
    pool: Pool | None = None  # Where records without an owner wait to be claimed.
    numbered: Numbered | None = None  # Where records get a number when they are created.
    noted: Noted | None = None  # Moments that a file gives and records of another type tell.
    lined: Lined | None = None  # Lines, each of which may be a row of a file.
    past: Past | None = None  # What a file may say that became of new records elsewhere.
    signs: tuple[Sign, ...] = ()  # By which what is typed in is known for a record that stands.
    inputs: tuple[str, ...] = ()  # Beyond the fields, what `create` may be handed.
    sections: tuple[Section, ...] = ()  # As a workspace laid it out; `form` and `more` agree.
    parts: tuple[Part, ...] = ()  # What its records consist of, for reports.
    part: Part | None = None  # Of a type that stands for parts of records: which ones.
    base: RecordType | None = None  # The declared type, of one that a workspace has tailored.

    def __post_init__(self) -> None:
        """Give a type whose model is Priced the fields of its currency and its rate."""
        found = with_prices(self.model, self.fields)
        if found is not self.fields:
            form, more = in_form(self.model, self.form, self.more)
            for name, value in (("fields", found), ("form", form), ("more", more)):
                object.__setattr__(self, name, value)

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """The fields by their key, in the order declared."""
        return {one.key: one for one in self.fields}

    @cached_property
    def unique_fields(self) -> tuple[Field, ...]:
        """The fields whose value no two living records share."""
        return tuple(one for one in self.fields if one.is_unique)

    @cached_property
    def prices(self) -> dict[str, PriceField]:
        """The amounts that share the currency of their record, by key; none where there is none."""
        return {one.key: one for one in self.fields if isinstance(one, PriceField)}

    @property
    def counted_as(self) -> str:
        """What reports call the type: its key, or that of the parts that it stands for."""
        return self.key if self.part is None else self.part.key

    @cached_property
    def types_of_parts(self) -> Mapping[str, RecordType]:
        """The types that stand for what its records consist of, by the keys of the parts."""
        return {one.key: as_parts(self, one) for one in self.parts}

    @cached_property
    def parent(self) -> Field | None:
        """The reference by which records of this type stand below one another, if they do."""
        return next((one for one in self.fields if one.to == self.key), None)

    @cached_property
    def told_apart_by(self) -> tuple[str, ...]:
        """The keys of the fields by which records are known for the same."""
        return tuple(dict.fromkeys(one.key for sign in self.signs for one in sign.needs))

    @cached_property
    def mentioning(self) -> tuple[str, ...]:
        """The keys of the texts in which colleagues are mentioned."""
        return tuple(one.key for one in self.fields if one.mentions)

    @cached_property
    def told(self) -> tuple[tuple[str, Field], ...]:
        """The fields whose changes an event tells, with their keys; it says itself when it was."""
        return tuple(pair for pair in self.by_key.items() if pair[0] not in TOLD_BY_EVENT)

    @cached_property
    def told_columns(self) -> frozenset[str]:
        """The keys of those among them that are columns of the record."""
        return frozenset(key for key, field in self.told if type(field) is Field)

    @cached_property
    def told_apart(self) -> tuple[tuple[str, Field], ...]:
        """Those among them that know better where their value is kept."""
        return tuple(pair for pair in self.told if pair[0] not in self.told_columns)

    @cached_property
    def days(self) -> tuple[Field, ...]:
        """The moments that a flag beside them makes whole days."""
        return tuple(one for one in self.fields if one.says_day is not None)

    @cached_property
    def judged(self) -> tuple[tuple[str, Field], ...]:
        """The fields that may be missing or not be changed, as themselves or others stand."""
        return tuple(pair for pair in self.by_key.items() if pair[1].required or pair[1].conditions)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What the fields of a new record hold where nothing is said, by key."""
        return {one.key: one.default for one in self.fields if one.default is not None}

    def initial_values(self, by: Actor) -> dict[str, Any]:
        """What the fields of a new record of `by` hold where nothing is said; `by` owns it."""
        asked = {one.key: one.initial(by) for one in self.fields if one.initial is not None}
        owner = {"owner_id": by.user_id} if "owner_id" in self.by_key else {}
        return {**owner, **self.defaults, **asked}

    @cached_property
    def verbs(self) -> tuple[str, ...]:
        """Every verb that can be granted on this type."""
        return (*STANDARD_VERBS, *(action.name for action in self.actions))

    @cached_property
    def rights(self) -> tuple[str, ...]:
        """Everything that a role can be granted on this type: its verbs, taking away, bringing."""
        pool = (SEE_POOL,) if self.pool is not None else ()
        return (*STANDARD_VERBS, EXPORT, IMPORT, *pool, *(one.name for one in self.actions))

    def changed_all(self, records: Sequence[Any], verb: str, by: Actor) -> None:
        """Keep other rows in step after `verb` was done on each of these records."""
        if self.changed_many is not None:
            self.changed_many(records, verb, by)
            return
        for one in records:
            self.changed(one, verb, by)

    def field(self, key: str) -> Field:
        """The field called `key`; KeyError when there is none."""
        return self.by_key[key]

    def action(self, name: str) -> Action | None:
        """The declared action called `name`, or None."""
        return next((action for action in self.actions if action.name == name), None)

    def headings(self, shown: Collection[str]) -> dict[str, str]:
        """The headings of sections for this reader, by the first field of each among `shown`."""
        found = {}
        for section in self.sections:
            first = next((key for key in section.keys if key in shown), None)
            if first is not None and section.heading:
                found[first] = pick(section.heading, current())
        return found

    @property
    def title_text(self) -> ColumnElement[str]:
        """The title in SQL as one text, in the language in use where it has several."""
        return text_of(self.title)

    def title_of(self, record: Any) -> str:
        """The title of a record or row of this type."""
        return str(getattr(record, self.title.key) or "")
