"""The editor of a pipeline: its name, and its stages row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import OFFERED, Text
from app.records.fields import Field, Option
from app.records.pages.settings.numbered import first, free_number, languages, rows_of
from app.records.pages.settings.option_rows import COLOUR_NAMES
from app.records.registry import registry
from app.sales.models import Pipeline
from app.sales.operations.pipelines import count_open, stages_of
from app.sales.operations.stage_wishes import CATEGORIES, askable_fields

ROWS = "stages"
BLANK = 3  # Empty rows that a new pipeline begins with.
PARTS = ("id", "probability", "forecast_category", "colour", "stale_after")


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage as the form holds it, with what stands against its parts."""

    number: str
    id: str = ""
    name: Mapping[str, str] = field(default_factory=dict)
    probability: str = ""
    forecast_category: str = CATEGORIES[0]
    colour: str = ""
    stale_after: str = "0"
    required: tuple[str, ...] = ()
    open: int = 0
    errors: Mapping[str, Text | str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """True for a new row that nobody has written into."""
        return not self.id and not any(text.strip() for text in self.name.values())

    def wish(self) -> dict[str, Any]:
        """The stage that it asks for."""
        texts = {key: getattr(self, key) for key in PARTS}
        return {**texts, "name": dict(self.name), "required": self.required}


@dataclass(frozen=True, slots=True)
class PipelineForm:
    """All that `sales/pipeline.html` shows."""

    url: str
    pipeline: Pipeline | None
    version: int
    name: Mapping[str, str]
    stages: list[StageRow]
    languages: tuple[tuple[str, str], ...]
    categories: tuple[Option, ...]
    fields: list[Field]
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    colours: Mapping[str, Text] = field(default_factory=lambda: COLOUR_NAMES)
    blank: StageRow = StageRow("__n__")


def standing_form(pipeline: Pipeline | None, by: Actor) -> PipelineForm:
    """The editor of a pipeline as it is kept, or of a new one."""
    rows = [StageRow(str(number)) for number in range(BLANK)]
    if pipeline is not None:
        held = count_open(by)
        rows = [
            StageRow(
                str(number),
                one.id,
                dict(one.name),
                f"{one.probability.normalize():f}",
                one.forecast_category,
                one.colour,
                str(one.stale_after),
                tuple(one.required),
                held.get(one.id, 0),
            )
            for number, one in enumerate(stages_of(by, pipeline))
        ]
    name = pipeline.name if pipeline else {}
    return _form(pipeline, pipeline.version if pipeline else 0, name, rows, by)


def sent_form(
    pipeline: Pipeline | None, sent: MultiDict[str, str], version: int, by: Actor
) -> PipelineForm:
    """The editor holding what was sent; with one more row where that was asked for."""
    held = count_open(by) if pipeline is not None else {}
    standing = {one.id: one.name for one in stages_of(by, pipeline)} if pipeline else {}
    found = rows_of(sent, ROWS)
    rows = [
        StageRow(
            number,
            first(parts, "id"),
            {
                **_not_asked(standing.get(first(parts, "id"))),
                **{one: first(parts, f"name.{one}") for one in OFFERED},
            },
            first(parts, "probability"),
            first(parts, "forecast_category"),
            first(parts, "colour"),
            first(parts, "stale_after"),
            tuple(parts.get("required", ())),
            held.get(first(parts, "id"), 0),
        )
        for number, parts in found.items()
    ]
    if sent.get("add") == ROWS:
        rows.append(StageRow(free_number(list(found))))
    asked = {one: sent.get(f"name.{one}", "") for one in OFFERED}
    name = {**_not_asked(pipeline.name if pipeline else None), **asked}
    return _form(pipeline, version, name, rows, by)


def _not_asked(name: Mapping[str, str] | None) -> dict[str, str]:
    """What a name says in languages that the form has no field for: it stays."""
    return {one: text for one, text in (name or {}).items() if one not in OFFERED}


def refused(form: PipelineForm, answer: Answer) -> PipelineForm:
    """The same form with what stands against it, each message beside its row."""
    written = [row.number for row in form.stages if not row.is_blank]
    by_row: dict[str, dict[str, Text | str]] = {}
    errors: dict[str, Text | str] = {}
    for key, text in answer.errors.items():
        rows, _dot, rest = key.partition(".")
        place, dot, part = rest.partition(".")
        if rows == ROWS and dot:
            by_row.setdefault(written[int(place)], {})[part] = text
        else:
            errors[key] = text
    stages = [replace(row, errors=by_row.get(row.number, {})) for row in form.stages]
    alerts = [] if answer.errors else [str(answer.message)]
    return replace(form, stages=stages, errors=errors, alerts=alerts)


def _form(
    pipeline: Pipeline | None,
    version: int,
    name: Mapping[str, str],
    rows: Sequence[StageRow],
    by: Actor,
) -> PipelineForm:
    url = f"/settings/pipelines/{pipeline.id if pipeline else 'new'}"
    options = registry().type("opportunity").field("forecast_category").options
    categories = tuple(one for one in options if one.value in CATEGORIES)
    fields = askable_fields(by)
    return PipelineForm(url, pipeline, version, name, list(rows), languages(), categories, fields)
