"""The form of a workspace's own field: what stands in it, and the wish that it sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Conflict
from app.kernel.language import OFFERED, Text, _
from app.kernel.whole import whole
from app.records.custom.field import OwnField, own_field
from app.records.custom.kinds import Kind
from app.records.custom.models import CustomField
from app.records.custom.wish import HELP, LABEL, Wish
from app.records.fields import Option
from app.records.pages.choices import choices_of
from app.records.pages.controls import Control, controls, input_text
from app.records.pages.settings.condition_rows import (
    WHEN_LABELS,
    ConditionBuilder,
    ConditionRow,
    Rows,
)
from app.records.pages.settings.condition_rows import wished as wished_conditions
from app.records.pages.settings.numbered import languages
from app.records.pages.settings.option_rows import (
    OptionEditor,
    OptionRow,
    blank_rows,
    sent_rows,
    standing_rows,
)
from app.records.pages.settings.option_rows import wished as wished_options
from app.records.registry import registry
from app.records.tailored import switched_on
from app.records.types import RecordType

TICKS = ("is_required", "is_unique", "is_personal", "is_filterable")
DEFAULT = "default"  # The name of the control of what a new record holds.


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, whether it was typed or read from the field."""

    label: Mapping[str, str] = field(default_factory=dict)
    help: Mapping[str, str] = field(default_factory=dict)
    ticks: frozenset[str] = frozenset()
    default: str = ""
    decimals: str = "2"
    to: str = ""
    key: str = ""
    options: tuple[OptionRow, ...] = ()
    conditions: Mapping[str, list[ConditionRow]] = field(default_factory=dict)

    def wish(self) -> Wish:
        """What the form asks the field to be."""
        return Wish(
            label=self.label,
            help=self.help,
            default=self.default or None,
            options=wished_options(self.options),
            conditions=wished_conditions(self.conditions),
            to=self.to,
            decimals=-1 if (decimals := whole(self.decimals)) is None else decimals,
            **{name: name in self.ticks for name in TICKS},
        )


@dataclass(frozen=True, slots=True)
class FieldForm:
    """All that `records/settings/field.html` shows."""

    record_type: RecordType
    kind: Kind
    row: CustomField | None
    typed: Typed
    title: str
    url: str
    list_url: str
    default: Control | None
    options: OptionEditor
    conditions: ConditionBuilder
    targets: list[tuple[str, Text]]
    errors: Mapping[str, list[Text | str]]
    alerts: list[Text | str]
    is_overtaken: bool = False
    languages: tuple[tuple[str, str], ...] = field(default_factory=languages)
    longest: Mapping[str, int] = field(default_factory=lambda: {"label": LABEL, "help": HELP})


def list_url(record_type: RecordType) -> str:
    """The address of a type's fields."""
    return f"/settings/fields/{record_type.collection}"


def untouched(row: CustomField | None, kind: Kind, rows: Rows, by: Actor) -> Typed:
    """What stands in the form of a field before anybody types; of a new one without `row`."""
    if row is None:
        options = tuple(blank_rows()) if kind.has_options else ()
        return Typed(options=options, conditions=rows.standing({}))
    own = own_field(row, registry().type(row.record_type).model)
    return Typed(
        label=row.label,
        help=row.help,
        ticks=frozenset(name for name in TICKS if getattr(row, name)),
        default="" if kind.has_options else input_text(own, own.default, by),
        decimals=str(own.decimals),
        to=str(row.settings.get("to", "")),
        key=row.key,
        options=tuple(standing_rows(row.options, row.default)),
        conditions=rows.standing(row.conditions),
    )


def sent(form: MultiDict[str, str], rows: Rows) -> Typed:
    """What a form sent."""
    return Typed(
        label={one: form.get(f"label.{one}", "") for one in OFFERED},
        help={one: form.get(f"help.{one}", "") for one in OFFERED},
        ticks=frozenset(name for name in TICKS if form.get(name)),
        default=form.get(DEFAULT, ""),
        decimals=form.get("decimals", "2").strip(),
        to=form.get("to", ""),
        key=form.get("key", "").strip(),
        options=tuple(sent_rows(form)),
        conditions=rows.sent(form),
    )


def field_form(
    record_type: RecordType,
    kind: Kind,
    row: CustomField | None,
    typed: Typed,
    rows: Rows,
    by: Actor,
    answer: Answer | None = None,
) -> FieldForm:
    """The form of a field of this kind, with what stands against it beside each input."""
    errors = {key: [text] for key, text in answer.errors.items()} if answer else {}
    is_overtaken = isinstance(answer, Conflict)
    is_said = answer is not None and (is_overtaken or not answer.errors)
    alerts: list[Text | str] = [answer.message] if answer and is_said else []
    where = list_url(record_type)
    return FieldForm(
        record_type=record_type,
        kind=kind,
        row=row,
        typed=typed,
        title=str(own_field(row, record_type.model).label) if row else str(_("New field")),
        url=f"{where}/{row.id}" if row else f"{where}/new",
        list_url=where,
        default=_default_control(record_type, kind, typed, by, errors),
        options=OptionEditor(list(typed.options), has_default=True),
        conditions=ConditionBuilder(
            typed.conditions, list(rows.fields.values()), WHEN_LABELS, f"{where}/condition"
        ),
        targets=[(one.key, one.words.one) for one in switched_on(by)],
        errors=errors,
        alerts=alerts,
        is_overtaken=is_overtaken,
    )


def rows_for(record_type: RecordType, row: CustomField | None, by: Actor) -> Rows:
    """The maker of the rows of conditions for a field of this type."""
    return Rows(record_type, row.key if row else "", choices_of(record_type, by), by)


def _default_control(
    record_type: RecordType,
    kind: Kind,
    typed: Typed,
    by: Actor,
    errors: Mapping[str, list[Any]],
) -> Control | None:
    """What a new record holds, asked for as the record's own form would; options are ticked."""
    if not kind.has_default or kind.has_options or (kind.key == "reference" and not typed.to):
        return None
    own = OwnField(
        attribute=record_type.model.custom,
        label=_("A new record holds"),
        options=FLAGS if kind.key == "flag" else (),
        to={"user": "user", "reference": typed.to}.get(kind.key),
        own_key=DEFAULT,
        own_kind="choice" if kind.key == "flag" else kind.key,
    )
    (control,) = controls(
        replace(record_type, fields=(own,)), [DEFAULT], {DEFAULT: typed.default}, by, {}
    )
    told = errors.get(DEFAULT)
    return replace(control, error=str(told[0])) if told else control


FLAGS = (Option("1", _("Yes")), Option("0", _("No")))
