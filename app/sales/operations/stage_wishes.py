"""What a pipeline is asked to be: its name and its stages, read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.folding import fold
from app.kernel.language import LOCALES, Text, _
from app.kernel.whole import whole
from app.records.custom.options import COLOURS
from app.records.fields import Field
from app.records.tailored import tailored
from app.records.values import Unfit, clean_text

CATEGORIES = ("pipeline", "best_case", "commit", "omitted")
MOST_STAGES = 20
NAME = 60  # Characters.
WHOLE_CHANCE = 100  # Percent.
MOST_DAYS = 999
# What follows from the stage or is kept by the product can't be asked for in one.
NOT_ASKED = (
    "name",
    "pipeline_id",
    "stage_id",
    "probability",
    "forecast_category",
    "outcome",
    "won_reason",
    "lost_reason",
    "currency",
    "owner_id",
    "rate_on",
)


def askable_fields(by: Actor) -> list[Field]:
    """The fields that a stage can ask for, own ones too."""
    return [
        one
        for one in tailored("opportunity", by).fields
        if not one.readonly and one.key not in NOT_ASKED and one.kind != "flag"
    ]


def read_name(name: Mapping[str, Any]) -> dict[str, str]:
    """The name of a pipeline by language; Refused without any, and for one that is too long."""
    named, error = _texts(name)
    if error is not None:
        raise Refused(_("Please check the marked fields."), errors={"name": error})
    return named


def _texts(raw: Any) -> tuple[dict[str, str], Text | None]:
    texts = raw if isinstance(raw, Mapping) else {}
    try:
        cleaned = {key: clean_text(texts.get(key) or "") for key in LOCALES}
    except Unfit as unfit:
        return {}, unfit.message
    found = {key: text for key, text in cleaned.items() if text}
    if set(texts) - set(LOCALES) or any("\n" in one for one in found.values()):
        return found, _("Give a line of text by language.")
    if not found:
        return found, _("Please fill in this field.")
    if any(len(one) > NAME for one in found.values()):
        return found, _("This is longer than %(limit)s characters.", limit=NAME)
    return found, None


def read_stages(stages: Sequence[Mapping[str, Any]], by: Actor) -> list[dict[str, Any]]:
    """The stages as they are kept; Refused with a message for each part that won't do."""
    if not stages:
        raise Refused(_("A pipeline needs at least one stage."), field="stages")
    if len(stages) > MOST_STAGES:
        raise Refused(_("A pipeline has at most %(n)s stages.", n=MOST_STAGES), field="stages")
    known = {one.key for one in askable_fields(by)}
    errors: dict[str, Text | str] = {}
    found, met = [], set()
    for number, wish in enumerate(stages):
        read, wrong = _stage(wish, known)
        name = fold(" / ".join(sorted(set(read["name"].values()))))
        if name and name in met:
            wrong["name"] = _("Two stages are called the same.")
        met.add(name)
        errors |= {f"stages.{number}.{key}": text for key, text in wrong.items()}
        found.append(read)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return found


def _stage(wish: Mapping[str, Any], known: set[str]) -> tuple[dict[str, Any], dict[str, Text]]:
    wrong: dict[str, Text] = {}
    name, error = _texts(wish.get("name"))
    if error is not None:
        wrong["name"] = error
    probability = _percent(wish.get("probability"))
    if probability is None:
        wrong["probability"] = _("Enter a percentage from 0 to 100.")
    category = str(wish.get("forecast_category") or CATEGORIES[0])
    if category not in CATEGORIES:
        wrong["forecast_category"] = _("This is not one of the values to choose from.")
    stale_after = whole(str(wish.get("stale_after") or 0))
    if stale_after is None or not 0 <= stale_after <= MOST_DAYS:
        wrong["stale_after"] = _("Enter a whole number from 0 to %(most)s.", most=MOST_DAYS)
    asked = wish.get("required") or ()
    required = [str(one) for one in asked] if isinstance(asked, list | tuple) else [""]
    if not set(required) <= known:
        wrong["required"] = _("This is not one of the values to choose from.")
    colour = str(wish.get("colour") or "")
    if colour and colour not in COLOURS:
        wrong["colour"] = _("This is not one of the values to choose from.")
    read = {
        "id": str(wish.get("id") or ""),
        "name": name,
        "probability": probability,
        "forecast_category": category,
        "colour": colour,
        "stale_after": stale_after,
        "required": list(dict.fromkeys(required)),
    }
    return read, wrong


def _percent(raw: Any) -> Decimal | None:
    try:
        found = Decimal(str(raw).strip().removesuffix("%").removesuffix("％").strip())
    except InvalidOperation:
        return None
    if not found.is_finite() or not 0 <= found <= WHOLE_CHANCE:
        return None
    return found.quantize(Decimal("0.01"))
