"""The question before a bulk change: how many, how many of them not, and what is to be set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import Text, gettext, ngettext
from app.records.access import readable_fields, writable_keys
from app.records.along import Numbers, numbers_in_words
from app.records.bulk.selection import Counted
from app.records.bulk.verbs import BulkVerb, worded
from app.records.fields import Field
from app.records.pages.choices import choices_of
from app.records.pages.controls import Control, controls
from app.records.types import Choose, Offer, RecordType
from app.web.formats import formats

NOTHING: Numbers = {}


@dataclass(frozen=True, slots=True)
class BulkForm:
    """All that `records/bulk.html` shows; `selected` are the hidden fields that say which rows."""

    record_type: RecordType
    verb: BulkVerb
    title: str
    counted: int  # Rows that the question speaks of.
    left_out: str
    yes: str
    selected: Sequence[tuple[str, str]]
    controls: list[Control]
    offered: list[Field]
    next: str
    note: str = ""
    choose: Choose | None = None
    offers: Sequence[Offer] = ()
    chosen: str = ""
    wrong: str = ""  # What stands against the choice.
    alerts: list[str] = field(default_factory=list)
    warnings: Sequence[str] = ()

    @property
    def action(self) -> str:
        """Where the form is sent."""
        return f"/{self.record_type.collection}/bulk"

    @property
    def is_ready(self) -> bool:
        """False while there is nothing yet that could be done."""
        if self.choose is not None:
            return bool(self.offers)
        return bool(self.controls) or not self.verb.is_open


def bulk_form(
    record_type: RecordType,
    verb: BulkVerb,
    selected: Sequence[tuple[str, str]],
    counted: Counted,
    typed: Mapping[str, str],
    by: Actor,
    *,
    next_url: str = "",
    answer: Answer | None = None,
    along: Numbers = NOTHING,
    warnings: Sequence[str] = (),
) -> BulkForm:
    """The question, holding what was typed, with what stands against it when it was refused.

    `along` is how many records of each type a deletion takes along, `warnings` what else to know.
    """
    keys = _settable(record_type, by)
    chosen = [*verb.fields, *(key for key in keys if key in typed and key not in verb.fields)]
    choose = verb.choose
    chosen = chosen if choose is None else []
    errors: Mapping[str, Text | str] = answer.errors if answer else {}
    picklists = choices_of(record_type, by)
    made = controls(record_type, chosen, typed, by, picklists, errors=errors)
    shown = {one.key for one in made} | ({choose.key} if choose else set())
    alerts = [str(text) for key, text in errors.items() if key not in shown]
    if answer is not None and not errors:
        alerts.insert(0, str(answer.message))
    offered = [key for key in keys if key not in shown] if verb.is_open else []
    return BulkForm(
        record_type,
        verb,
        worded(verb, verb.ask, record_type, counted.total, by),
        counted.total,
        _left_out(counted, by),
        worded(verb, verb.title, record_type, counted.reached, by),
        selected,
        made,
        [record_type.by_key[key] for key in offered],
        next_url,
        note=_note(verb, along, by),
        choose=choose,
        offers=choose.offers(record_type, by) if choose else (),
        chosen=typed.get(choose.key, "") if choose else "",
        wrong=str(errors.get(choose.key, "")) if choose else "",
        alerts=alerts,
        warnings=warnings,
    )


def _settable(record_type: RecordType, by: Actor) -> list[str]:
    """The fields that may be set on many records, in the order of the form."""
    readable = {one.key for one in readable_fields(record_type, by)}
    writable = writable_keys(record_type, by) & readable
    ordered = [one.key for one in (*record_type.form, *record_type.more)]
    return [key for key in dict.fromkeys(ordered) if key in writable]


def _left_out(counted: Counted, by: Actor) -> str:
    if not counted.left_out:
        return ""
    return ngettext(
        "%(n)s of them will be left out: it is gone, or your role does not allow it.",
        "%(n)s of them will be left out: they are gone, or your role does not allow it.",
        counted.left_out,
        n=formats(by).number(counted.left_out),
    )


def _note(verb: BulkVerb, along: Numbers, by: Actor) -> str:
    """What is worth knowing before a yes: how much goes along, and for how long it comes back."""
    if along:
        what = numbers_in_words(along, by)
        return gettext("Deleted with them: %(what)s. You can undo this for 30 days.", what=what)
    return gettext("You can undo this for 30 days.") if verb.can_undo else ""
