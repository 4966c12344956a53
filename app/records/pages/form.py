"""The drawer form of a record type, for a new record or for one that is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import Text, _, gettext
from app.records import gate
from app.records.access import readable_keys, writable_keys
from app.records.assignment.distribute import OWNER, rules_decide
from app.records.fields import Field
from app.records.history import Overtaken
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.pages.conditions import Standing, standings
from app.records.pages.controls import Control, controls, event_text, input_text, input_texts
from app.records.pages.order import reading_order
from app.records.types import RecordType

ALL_DAY = "all_day"  # What the tick beside a moment sends.


@dataclass(frozen=True, slots=True)
class Form:
    """All that `records/form.html` shows."""

    record_type: RecordType
    action: str
    title: str
    first: list[Control]
    more: list[Control]
    version: int | None
    next: str
    alerts: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """True for a record that does not exist yet."""
        return self.version is None

    @property
    def looks_for(self) -> str:
        """When records that may be the same are looked for: what htmx waits for, or nothing."""
        keys = {one.key for sign in self.record_type.signs for one in sign.needs}
        heard = [one for one in (*self.first, *self.more) if one.key in keys]
        if not self.is_new or not heard:
            return ""
        # What is chosen of a list tells so when it is chosen, and not while it is looked up.
        return ", ".join(
            f"{'change' if self.record_type.by_key[one.key].to else 'input'} from:#{one.id} "
            "delay:300ms"
            for one in heard
        )

    @property
    def shows_more(self) -> bool:
        """True when something behind "more" must be seen at once."""
        return any(control.error or control.theirs for control in self.more)


def new_form(
    record_type: RecordType,
    given: Mapping[str, str],
    by: Actor,
    *,
    next_url: str = "",
    answer: Answer | None = None,
) -> Form:
    """The form of a new record, holding its defaults and what was given or typed."""
    texts = {
        key: input_text(record_type.by_key[key], value, by)
        if isinstance(value, bool | datetime)
        else str(value)
        for key, value in record_type.initial_values(by).items()
        if value is not None and key in record_type.by_key
    }
    is_by_rules = rules_decide(record_type, by)
    if is_by_rules:
        texts.pop(OWNER, None)
    texts |= {key: text for key, text in given.items() if key in record_type.by_key}
    action = f"/{record_type.collection}/new"
    title = str(record_type.words.new)
    hints = gate.hints(record_type, None, by)
    made = _form(record_type, texts, by, action, title, None, next_url, answer, hints=hints)
    return _by_rules(made) if is_by_rules else made


def _by_rules(form: Form) -> Form:
    """The form with its owner in sight, saying that the rules choose where nobody is named."""
    words = _("Left empty, the rules of assignment choose who gets it.")
    owner = [
        replace(with_hint(one, {OWNER: str(words)}), hint=gettext("By the rules of assignment"))
        for one in (*form.first, *form.more)
        if one.key == OWNER
    ]
    first, more = ([one for one in part if one.key != OWNER] for part in (form.first, form.more))
    return replace(form, first=[*first, *owner], more=more)


def edit_form(
    record_type: RecordType,
    record: Record,
    by: Actor,
    *,
    typed: Mapping[str, str] | None = None,
    next_url: str = "",
    answer: Answer | None = None,
) -> Form:
    """The form of a record as it stands, or as it was typed when that was refused.

    Where a colleague was faster, a field that this person left alone takes the colleague's value;
    one that both changed keeps what was typed, with the other beside it.
    """
    stands = input_texts(record_type, record, by)
    texts = stands | dict(typed or {})
    if isinstance(answer, Overtaken):
        for key, change in answer.theirs.items():
            if texts[key] == event_text(record_type.by_key[key], change.before, by):
                texts[key] = stands[key]
                answer.errors.pop(key, None)
    action = f"/{record_type.collection}/{record.id}/edit"
    title = record_type.title_of(record)
    return _form(
        record_type,
        texts,
        by,
        action,
        title,
        record.version,
        next_url,
        answer,
        stands,
        hints=gate.hints(record_type, record, by),
    )


def typed_values(record_type: RecordType, sent: MultiDict[str, str], by: Actor) -> dict[str, Any]:
    """The fields among what a form sent that `by` may write."""
    writable = writable_keys(record_type, by)
    return {
        field.key: sent_text(field, sent)
        for field in record_type.fields
        if field.key in sent and field.key in writable
    }


def sent_text(field: Field, sent: MultiDict[str, str]) -> str:
    """What a form sent for a field: a ticked box comes after the hidden "no" of the same name."""
    values = sent.getlist(field.key) or [""]
    if field.kind == "amount":  # Nothing in any currency is nothing.
        parts = (values[-1].strip(), sent.get(f"{field.key}.currency", ""))
        return " ".join(filter(None, parts)) if parts[0] else ""
    if field.takes_days:
        return sent_moment(values)
    if field.kind == "localized":
        return "\n".join(one.replace("\n", " ") for one in values)
    return "\n".join(filter(None, values)) if field.kind == "choices" else values[-1]


def sent_moment(values: Sequence[str]) -> str:
    """A moment as its controls sent it: a date, the time of it, and a tick for the whole day.

    Without a time it is the whole day too; a moment that came in one piece stays as it is. The tick
    says `no_hour` where none stood there: then an hour was typed since, and holds.
    """
    day, *rest = values
    clock = rest[0] if rest else ""
    if not clock or ALL_DAY in rest:
        return day
    return f"{day}T{clock}" if day else clock


def changed_values(
    record_type: RecordType, record: Record, typed: Mapping[str, str], by: Actor
) -> dict[str, Any]:
    """What differs from the record as its form showed it.

    A control for moments knows no seconds, so what was not touched must not be written.
    """
    stands = input_texts(record_type, record, by)
    return {key: text for key, text in typed.items() if text.replace("\r\n", "\n") != stands[key]}


def _form(
    record_type: RecordType,
    texts: Mapping[str, str],
    by: Actor,
    action: str,
    title: str,
    version: int | None,
    next_url: str,
    answer: Answer | None,
    stands: Mapping[str, str] | None = None,
    *,
    hints: Mapping[str, str],
) -> Form:
    readable = readable_keys(record_type, by)
    writable = writable_keys(record_type, by) & readable
    picklists = choices_of(record_type, by)
    errors: Mapping[str, Text | str] = answer.errors if answer else {}
    theirs = answer.theirs if isinstance(answer, Overtaken) else {}
    parts = [
        reading_order(attribute.key for attribute in attributes if attribute.key in writable)
        for attributes in (record_type.form, record_type.more)
    ]
    made = controls(
        record_type,
        [key for keys in parts for key in keys],
        texts,
        by,
        picklists,
        errors=errors,
        theirs={key: theirs[key] for key in theirs if key in errors},
        stands=stands,
    )
    keys = {control.key for control in made}
    known = standings(record_type, keys, texts, by, picklists, is_new=stands is None)
    made = [_with_conditions(control, known.get(control.key)) for control in made]
    made = [with_hint(one, hints) for one in made] if hints else made
    headings = record_type.headings(keys)
    made = [replace(one, heading=headings.get(one.key, "")) for one in made]
    shown = {control.key for control in made}
    alerts = [str(text) for key, text in errors.items() if key not in shown]
    if answer is not None and (not errors or theirs):
        alerts.insert(0, str(answer.message))
    split = len(parts[0])
    return Form(record_type, action, title, made[:split], made[split:], version, next_url, alerts)


def with_hint(control: Control, hints: Mapping[str, str]) -> Control:
    """The control with how far its reader may go by themselves as its help, where that is told."""
    if control.key not in hints or control.error:
        return control
    return replace(
        control, field=replace(control.field, help=Text("%(hint)s", {"hint": hints[control.key]}))
    )


def _with_conditions(control: Control, standing: Standing | None) -> Control:
    """The control as its field's conditions have it; one that was refused is seen in any case."""
    if standing is None:
        return control
    return replace(
        control,
        watched=standing.watched,
        is_visible=standing.is_visible or bool(control.error),
        is_asked=standing.is_required,
    )
