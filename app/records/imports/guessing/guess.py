"""What becomes of each column of a file, as far as its name and its first values tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.access import writable_keys
from app.records.fields import Field
from app.records.imports.givable import givable_keys
from app.records.imports.guessing.contents import date_order, decimal_mark, kind_of
from app.records.imports.guessing.currencies import currency_beside
from app.records.imports.guessing.names import is_number_there, plain, spellings
from app.records.imports.guessing.values import guess_values
from app.records.imports.guessing.words import KEY, LABEL, Words, own_words, words_of
from app.records.imports.mapping import Column
from app.records.imports.noted import is_noted, noted_keys
from app.records.imports.spots import ID, Spot, spot_of
from app.records.imports.whole_names import parts_of_name
from app.records.pages.choices import choices_of
from app.records.tailored import tailored
from app.records.types import RecordType

FURTHER = 100_000  # A spelling that is not the whole name is further off than any that is.
BY_CONTENT = ("email", "phone", "url")  # Kinds that are told by their look alone.
# Kinds of which another column of the same meaning would be a field as well.
ALIKE = (
    *("email", "phone", "url", "long_text"),
    *("number", "money", "amount", "percent", "day", "moment"),
)
DECIMALS = ("number", "money", "amount", "percent")
NAMED = _("It is called so here.")
KNOWN = _("A usual name of this field.")
LOOKS = _("Its values look like it.")
KEPT = _("This is kept by the system.")
CURRENCY = _("It tells the currency of the amounts beside it.")
NEW = _("No field for it yet.")
REASONS: Mapping[str, Text] = {
    "number": _("A number that only the other system knows."),
    "history": _("Who made it and when is noted anew here."),
    "counted": _("The other system worked this out; it is worked out anew here."),
    "gross": _("This price holds the tax. Lines take the one before tax."),
    "last_contact": _(
        "These dates are not kept: activities tell it here. Import those too, and it is there."
    ),
    "access": _("Roles and teams decide this here."),
    "elsewhere": _("It belongs to another kind of record."),
}


@dataclass(frozen=True, slots=True)
class Guess:
    """One column of a file: the field that it becomes, or the kind of field that could be made.

    Without either it is better left out. `reason` says why; `is_known` is False where only the look
    of its values, or nothing at all, speaks for it.
    """

    column: Column
    reason: Text
    own_kind: str = ""
    is_known: bool = True

    @property
    def is_left_out(self) -> bool:
        """True for what is worth nothing here."""
        return self.column.field is None and not self.own_kind


def guess(
    record_type: RecordType, names: Sequence[str], samples: Sequence[Sequence[str]], by: Actor
) -> list[Guess]:
    """A guess for each column, in their order; each field is given to one column at most.

    `samples` are the first rows. Only fields that `by` may write are guessed.
    """
    words, ours = words_of(record_type.module, record_type.key), own_words(record_type)
    given = _given(names, words, ours, givable_keys(record_type, by))
    given = _without_whole_name(record_type, given)
    columns = [[row[at] for row in samples if at < len(row)] for at in range(len(names))]
    taken = {key for key, _reason in given.values()}
    found = []
    for at, name in enumerate(names):
        key, reason = given.get(at, ("", KNOWN))
        if key:
            column = column_of(record_type, name, key, columns[at], by)
            found.append(Guess(column, reason))
            continue
        one = _without_field(record_type, name, columns[at], words, ours, taken, by)
        taken.add(one.column.field or "")
        found.append(one)
    return _with_currencies(record_type, names, found, columns, by)


def _with_currencies(
    record_type: RecordType,
    names: Sequence[str],
    guesses: list[Guess],
    columns: Sequence[Sequence[str]],
    by: Actor,
) -> list[Guess]:
    """The same, with amounts put together with the column that holds their currencies."""
    found = list(guesses)
    amounts = [
        at
        for at, one in enumerate(guesses)
        if (field := record_type.by_key.get(one.column.field or "")) and field.kind == "amount"
    ]
    for at in amounts:
        free = [place for place, one in enumerate(found) if one.column.field is None]
        beside = currency_beside(names, at, free, columns, by.tenant.currency)
        pair = [names[at], names[beside]] if beside is not None else []
        if beside is None or any(set("{}") & set(name) for name in pair):
            continue
        whole = replace(found[at].column, template=" ".join(f"{{{name}}}" for name in pair))
        found[at] = replace(found[at], column=whole)
        found[beside] = Guess(Column(source=names[beside]), CURRENCY)
    return found


def _given(
    names: Sequence[str],
    words: Words,
    ours: Mapping[str, tuple[int, str]],
    givable: frozenset[str],
) -> dict[int, tuple[str, Text]]:
    """The field of each column that is called like one; where several are, the nearest has it."""
    claims = sorted(
        (rank, at, key)
        for at, name in enumerate(names)
        for rank, key in _claims(name, words, ours)
        if key in givable
    )
    found: dict[int, tuple[str, Text]] = {}
    taken: set[str] = set()
    for rank, at, key in claims:
        if at not in found and key not in taken:
            found[at] = (key, NAMED if rank == LABEL else KNOWN)
            taken.add(key)
    return found


def _without_whole_name(
    record_type: RecordType, given: dict[int, tuple[str, Text]]
) -> dict[int, tuple[str, Text]]:
    """The same without a whole name where a column of its own gives the surname."""
    whole = record_type.title.key
    parts = parts_of_name(record_type, whole)
    if parts is None or parts[0] not in {key for key, _reason in given.values()}:
        return given
    return {at: one for at, one in given.items() if one[0] != whole}


def _claims(
    name: str, words: Words, ours: Mapping[str, tuple[int, str]]
) -> Iterator[tuple[int, str]]:
    """The fields that a name may mean, and how near it is to each."""
    if is_number_there(name):
        rank, key = ours.get(plain(name)) or words.fields.get(plain(name)) or (KEY, "")
        if rank != KEY:
            yield rank, key
        return
    for further, spelling in enumerate(spellings(name)):
        for known in (ours, words.fields):
            if spelling in known:
                rank, key = known[spelling]
                yield rank + (FURTHER if further else 0), key
        if spelling in words.left_out or spelling in words.own:
            return  # A name that is known for something else is not cut further.


def _without_field(
    record_type: RecordType,
    name: str,
    texts: Sequence[str],
    words: Words,
    ours: Mapping[str, tuple[int, str]],
    taken: set[str],
    by: Actor,
) -> Guess:
    """What becomes of a column that is called like no field that is free."""
    left_out = Column(source=name)
    for spelling in spellings(name):
        if spelling in words.left_out:
            return Guess(left_out, REASONS[words.left_out[spelling]])
        if spelling in words.own:
            return Guess(left_out, NEW, own_kind=words.own[spelling])
        if is_number_there(name):
            return Guess(left_out, REASONS["number"])
        if spelling in ours or spelling in words.fields:
            key = (ours.get(spelling) or words.fields[spelling])[1]
            return _beside(record_type, name, key, by)
    kind = kind_of(texts)
    free = _free_of_kind(record_type, kind, taken, by)
    if free is not None:
        column = column_of(record_type, name, free.key, texts, by)
        return Guess(column, LOOKS, is_known=False)
    return Guess(left_out, NEW, own_kind=kind, is_known=False)


def _beside(record_type: RecordType, name: str, key: str, by: Actor) -> Guess:
    """A column that is called like a field which another one becomes, or which is not written."""
    field = record_type.by_key.get(key)
    is_given = field is not None and key in noted_keys(record_type, by)
    if field is None or (field.readonly and not is_given):
        return Guess(Column(source=name), KEPT)
    kind = field.kind if field.kind in ALIKE else "text"
    reason = _("“%(field)s” comes from another column.", field=field.label)
    return Guess(Column(source=name), reason, own_kind="" if is_given else kind)


def _free_of_kind(record_type: RecordType, kind: str, taken: set[str], by: Actor) -> Field | None:
    """The one field of a kind that nothing becomes yet, where a kind is told by its look."""
    if kind not in BY_CONTENT:
        return None
    writable = writable_keys(record_type, by)
    fits = [one for one in record_type.fields if one.kind == kind and one.key in writable]
    return fits[0] if fits and fits[0].key not in taken else None


def column_of(
    record_type: RecordType, name: str, key: str, texts: Sequence[str], by: Actor
) -> Column:
    """A column that becomes the field `key`, with how its values are to be read."""
    spot = spot_of(record_type, key, by) if key != ID else None
    if spot is None:
        return Column(source=name, field=key)  # The record's own id.
    field = spot.field
    options = tuple(choices_of(record_type, by).get(key, ())) or field.options
    values = guess_values(field, options, texts, words_of(record_type.module, record_type.key))
    return Column(
        source=name,
        field=key,
        values=values,
        create_missing=is_noted(record_type, key),
        dates=date_order(texts, by.tenant.country) if field.kind in ("day", "moment") else "ymd",
        decimal=decimal_mark(texts) if field.kind in DECIMALS else ".",
        found_by=_sure_of(spot, by),
    )


def _sure_of(spot: Spot, by: Actor) -> str:
    """By what the records of lines are found: a number that only one has, where there is such."""
    if not spot.line or not spot.field.to:
        return ""
    return next((one.key for one in tailored(spot.field.to, by).unique_fields), "")
