"""What programs send of pipelines, in the shape that the operations take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import Text, _
from app.sales.models import Stage

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
    kept = {one.id: one for one in standing}
    return [_stage(number, row, kept, by) for number, row in enumerate(rows)]


def _stage(number: int, row: Any, kept: Mapping[str, Stage], by: Actor) -> dict[str, Any]:
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
    stood = {key: getattr(known, key) for key in KEPT} if known is not None else {}
    asked = {**stood, **row}
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
