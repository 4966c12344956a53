"""The page on which an import is prepared: the file, its columns, and what would become of it."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from app.kernel.actor import Actor
from app.kernel.countries import countries, country_name
from app.kernel.errors import Refused
from app.kernel.language import Text, _, current, gettext, ngettext
from app.records.files.sizes import size_text
from app.records.imports.draft import SAMPLE
from app.records.imports.guessing.guess import Guess, guess
from app.records.imports.mapping import Mapping
from app.records.imports.match import ID, match_keys
from app.records.imports.models import ImportRun
from app.records.imports.new_options import ADD
from app.records.imports.reading.delimiter import DELIMITERS
from app.records.imports.reading.encoding import ENCODINGS
from app.records.imports.run import url_of
from app.records.imports.table import Table
from app.records.pages.duplicate_groups import sign_words
from app.records.pages.imports.columns import (
    DATES,
    EMPTY,
    POINTS,
    ColumnRow,
    Offers,
    column_rows,
    offers,
)
from app.records.pages.imports.preview import Preview, preview_of
from app.records.types import RecordType

LONG = 8  # Columns, above which what can be done stands at the end as well.
MODES = (
    ("create", _("Create new records")),
    ("update", _("Update records that are there")),
    ("both", _("Update those that are there, create the others")),
)
TWINS = (
    ("skip", _("Leave out what seems to be there already")),
    ("update", _("Update what seems to be there already")),
    ("create", _("Create all the same")),
)


@dataclass(frozen=True, slots=True)
class ImportForm:
    """All that `records/imports/import.html` shows before an import begins."""

    record_type: RecordType
    run: ImportRun
    size: str
    table: Table
    mapping: Mapping
    rows: list[ColumnRow]
    offers: Offers
    modes: list[tuple[str, str]]
    match_on: list[tuple[str, str]]
    read_as: str
    preview: Preview | None
    known_by: str
    home: str  # The country of the workspace, by its name.
    alerts: list[Text | str] = field(default_factory=list)
    errors: Map[str, Text | str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the form is sent."""
        return url_of(self.run, self.record_type)

    @property
    def is_long(self) -> bool:
        """True where its end is far from its beginning."""
        return len(self.rows) > LONG

    @property
    def unknown(self) -> int:
        """How many texts of the file have no meaning yet."""
        return sum(one.unknown for one in self.rows)

    @property
    def left_out(self) -> int:
        """How many columns become nothing."""
        return sum(1 for one in self.rows if not one.chosen)

    @property
    def groups(self) -> list[tuple[str, str]]:
        """By which column rows can be one record, where such records have lines."""
        if self.record_type.lined is None:
            return []
        one = ngettext(*self.record_type.words.count, 1, n=1)
        told = [
            (name, gettext("Rows with the same “%(name)s” are %(count)s", name=name, count=one))
            for name in self.table.names
        ]
        return [("", gettext("Each row is %(count)s", count=one)), *told]

    @property
    def pasts(self) -> list[tuple[str, str]]:
        """What can have become of all records elsewhere, where the reader may say so."""
        past = self.record_type.past
        if past is None or past.keys[0] not in dict(self.offers.fields):
            return []
        known = self.record_type.field(past.keys[0])
        each = [one for one in known.options if one.value in past.values]
        told = gettext("As a column says, else as new")
        return [("", told), *((one.value, one.shown()) for one in each)]

    @property
    def past(self) -> str:
        """What became of all of them, as chosen."""
        past = self.record_type.past
        key = past.keys[0] if past is not None else ""
        beside = self.mapping.columns[len(self.table.names) :]
        return next((one.default for one in beside if one.field == key), "")

    @property
    def has_twins(self) -> bool:
        """True where the type knows by which signs records seem the same."""
        return bool(self.record_type.signs)

    @property
    def has_country(self) -> bool:
        """True where a column gives the country of each row."""
        fields = (self.record_type.by_key.get(one.field or "") for one in self.mapping.used)
        return any(one is not None and one.kind == "country" for one in fields)

    @property
    def countries(self) -> list[tuple[str, str]]:
        """Every country whose phone numbers a column may hold."""
        return list(countries(current()).items())

    twins = TWINS
    empty = EMPTY
    add = ADD
    dates = DATES
    points = POINTS
    encodings = tuple((key, label) for key, label in ENCODINGS.items())
    delimiters = tuple(("tab" if key == "\t" else key, label) for key, label in DELIMITERS.items())


def import_form(
    record_type: RecordType,
    run: ImportRun,
    table: Table,
    mapping: Mapping,
    new: Map[str, str],
    by: Actor,
    *,
    answer: Refused | None = None,
) -> ImportForm:
    """The page, with what stands against the mapping, else with what would become of the rows."""
    guesses = _guesses(record_type, table, by)
    errors: dict[str, Text | str] = dict(answer.errors) if answer else {}
    preview = None
    if answer is None:
        try:
            preview = preview_of(run, mapping, table, by)
        except Refused as refused:
            answer, errors = refused, dict(refused.errors)
    rows = column_rows(record_type, mapping, new, table, guesses, by, errors)
    return ImportForm(
        record_type,
        run,
        size_text(run.size),
        table,
        mapping,
        rows,
        offers(record_type, by),
        _modes(record_type, by),
        _match_on(record_type, mapping, by),
        _read_as(table),
        preview,
        sign_words(record_type, by),
        country_name(by.tenant.country, current()),
        _alerts(answer),
        errors,
    )


def _guesses(record_type: RecordType, table: Table, by: Actor) -> list[Guess]:
    return guess(record_type, table.names, table.sample(SAMPLE), by)


def _alerts(answer: Refused | None) -> list[Text | str]:
    """What stands against the import as a whole."""
    if answer is None:
        return []
    whole = [text for key, text in answer.errors.items() if not key.startswith("columns.")]
    return whole or [answer.message]


def _modes(record_type: RecordType, by: Actor) -> list[tuple[str, str]]:
    may = {verb: by.may(record_type.key, verb) for verb in ("create", "update")}
    needs = {"create": ("create",), "update": ("update",), "both": ("create", "update")}
    return [(key, str(text)) for key, text in MODES if all(may[verb] for verb in needs[key])]


def _match_on(record_type: RecordType, mapping: Mapping, by: Actor) -> list[tuple[str, str]]:
    """The fields that rows can find their records by, those that a column becomes first."""
    used = {column.field for column in mapping.used}
    keys = sorted(match_keys(record_type, by), key=lambda key: key not in used)
    labels = {one.key: str(one.label) for one in record_type.fields}
    return [(key, gettext("ID") if key == ID else labels[key]) for key in keys]


def _read_as(table: Table) -> str:
    """How the file is read, in a few words."""
    how = table.how
    parts = []
    if how.sheet:
        parts.append(gettext("sheet “%(name)s”", name=how.sheet))
    else:
        parts += [str(ENCODINGS.get(how.encoding, how.encoding))]
        parts += [str(DELIMITERS.get(how.delimiter, how.delimiter))]
    head = gettext("names in row %(n)s", n=how.skip + 1)
    parts.append(head if how.has_header else gettext("no names"))
    return " · ".join(parts)
