"""What programs send of pipelines, in the shape that the operations take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import Text, _
from app.sales.models import Stage
from app.sales.operations.stage_wishes import askable_fields

PARTS = ("id", "name", "probability", "forecast_category", "colour", "stale_after", "required")
KEPT = PARTS[1:]


def name_of(raw: Any, by: Actor) -> Any:
    """A name by language; a plain text is meant in the workspace's own."""
    return {by.tenant.language: raw} if isinstance(raw, str) else raw


def stages_of_body(
    body: Mapping[str, Any], standing: Sequence[Stage], by: Actor
) -> list[dict[str, Any]]:
    """The stages that are asked for; one that stands keeps what is not said of it.

    Refused, beside the place in the list, for what is no stage and for a part that no stage has.
    """
    rows = body.get("stages")
    if not isinstance(rows, list):
        raise Refused(_("Give a list of stages."), field="stages")
    kept = {one.id: _standing(one, by) for one in standing}
    found: list[dict[str, Any]] = []
    met: set[str] = set()
    for number, row in enumerate(rows):
        found.append(_stage(number, row, kept, by))
        stage_id = str(row.get("id") or "")
        if stage_id in met:
            raise Refused(_("This stage is given twice."), field=f"stages[{number}].id")
        met |= {stage_id} - {""}
    return found


def _standing(stage: Stage, by: Actor) -> dict[str, Any]:
    """A stage as it stands; an own field that was retired since can't be asked for any more."""
    askable = {one.key for one in askable_fields(by)}
    kept = {key: getattr(stage, key) for key in KEPT}
    kept["required"] = [one for one in stage.required if one in askable]
    return kept


def _stage(
    number: int, row: Any, kept: Mapping[str, Mapping[str, Any]], by: Actor
) -> dict[str, Any]:
    place = f"stages[{number}]"
    if not isinstance(row, dict):
        raise Refused(_("Give a list of stages."), field=place)
    strange = [f"{place}.{key}" for key in row if key not in PARTS]
    if strange:
        errors: dict[str, Text | str] = dict.fromkeys(strange, _("There is no such field."))
        raise Refused(_("Please check the marked fields."), errors=errors)
    known = kept.get(str(row.get("id") or ""))
    if row.get("id") and known is None:
        raise Refused(_("There is no such stage."), field=f"{place}.id")
    asked = {**(known or {}), **row}
    if "name" in row:
        asked["name"] = name_of(row["name"], by)
    return asked


@contextmanager
def as_sent() -> Iterator[None]:
    """Call the parts of a stage as a body has them: `stages[0].name`."""
    try:
        yield
    except Answer as answer:
        answer.errors = {_place(key): text for key, text in answer.errors.items()}
        raise


def _place(key: str) -> str:
    rows, dot, rest = key.partition(".")
    number, dot, part = rest.partition(".")
    return f"{rows}[{number}].{part}" if dot else key
