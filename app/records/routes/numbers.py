"""The settings of numbers: the pattern of each record type, with the next number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, request

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _, ngettext
from app.records.numbers import existing, operations
from app.records.numbers.facts import OwnSeries, Resets
from app.records.numbers.give import Chosen, chosen, next_number
from app.records.numbers.operations import MANAGE
from app.records.numbers.pattern import begins_with
from app.records.routes.blueprint import blueprint
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import page, see_other
from app.web.toasts import toast

URL = "/settings/numbers"
FORM = "records/number_form.html"
RESETS: dict[str, Text] = {
    Resets.NEVER: _("Never"),
    Resets.YEAR: _("With each calendar year"),
    Resets.FISCAL: _("With each fiscal year"),
}


@dataclass(frozen=True, slots=True)
class ShownNumbers:
    """How something is numbered, as its line shows it."""

    key: str
    name: Text
    how: Chosen
    following: str
    without: str
    left: int
    of: int | None  # How many were to be numbered, while that is under way.
    locked: str  # How many can get none until a change of them is decided, where nothing is.
    alike: tuple[str, ...] = ()  # What else has numbers that begin as these do.


@blueprint.get(URL)
@access(permission=MANAGE)
def show_numbers() -> Response:
    """All that can have numbers."""
    by = current.actor()
    lines = _told_apart([_shown(one, by) for one in operations.all_series(by)])
    return page(
        "records/numbers.html",
        url=URL,
        lines=lines,
        is_under_way=any(one.of for one in lines) and not by.tenant.is_read_only,
    )


@blueprint.get(f"{URL}/<kind>")
@access(permission=MANAGE)
def edit_numbers(kind: str) -> Response:
    """How one of them is numbered."""
    by = current.actor()
    shown = _shown(operations.series_called(kind, by), by)
    before = {"pattern": shown.how.pattern, "resets": shown.how.resets.value}
    return show(FORM, _form(kind), block="form", typed=before)


@blueprint.post(f"{URL}/<kind>")
@access(permission=MANAGE)
def save_numbers(kind: str) -> Response:
    """Decide it anew; with `preview`, the next number is told and nothing is changed."""
    by = current.actor()
    series = operations.series_called(kind, by)

    def work() -> Response:
        how = operations.read_chosen(typed("pattern"), typed("resets"), "is_on" in request.form)
        if "preview" in request.form:
            following = next_number(series, how, by)
            raise Refused(_("The next number would be %(number)s.", number=following))
        operations.change_numbers(by, series, how)
        toast(_("Saved."))
        return see_other(URL)

    return submit(work, FORM, lambda: _form(kind))


@blueprint.post(f"{URL}/<kind>/existing")
@access(permission=MANAGE)
def number_existing_records(kind: str) -> Response:
    """Number those that have none yet, in the background."""
    by = current.actor()
    existing.number_existing(by, operations.numbered_type(kind, by))
    toast(_("They are being numbered, the oldest first."))
    return see_other(URL)


def _told_apart(lines: list[ShownNumbers]) -> list[ShownNumbers]:
    """The lines, each with those whose numbers begin with the same letters, where both are on."""

    def alike(one: ShownNumbers) -> tuple[str, ...]:
        begin = begins_with(one.how.pattern)
        others = (other for other in lines if other.how.is_on and other.key != one.key)
        return tuple(str(other.name) for other in others if begins_with(other.how.pattern) == begin)

    return [replace(one, alike=alike(one)) if one.how.is_on else one for one in lines]


def _shown(series: RecordType | OwnSeries, by: Actor) -> ShownNumbers:
    how = chosen(series, by)
    if how is None:
        raise ValueError(series.key)
    if isinstance(series, OwnSeries):  # Those made before have none, and say so on paper.
        return ShownNumbers(
            series.key, series.label, how, next_number(series, how, by), "", 0, None, ""
        )
    record_type = series
    count = existing.unnumbered(record_type, by)
    one, many = record_type.words.count
    what = ngettext(one, many, count, n=formats(by).number(count)) if count else ""
    of = existing.progress_of(record_type, by)
    barred = existing.locked_unnumbered(record_type, by) if count and how.is_on and not of else 0
    locked = ngettext(one, many, barred, n=formats(by).number(barred)) if barred else ""
    following = next_number(record_type, how, by)
    name = operations.name_of(record_type)
    return ShownNumbers(record_type.key, name, how, following, what, count, of, locked)


def _form(kind: str) -> dict[str, object]:
    by = current.actor()
    shown = _shown(operations.series_called(kind, by), by)
    is_on = "is_on" in request.form if request.method == "POST" else shown.how.is_on
    return {"url": f"{URL}/{kind}", "line": shown, "resets": list(RESETS.items()), "is_on": is_on}
