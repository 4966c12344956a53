"""What a new record holds in a workspace's own field where nothing is said."""

from __future__ import annotations

from typing import Any

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.custom.field import OwnField
from app.records.custom.kinds import to_json
from app.records.values import Unfit, read_value


def read_default(field: OwnField, raw: Any, by: Actor) -> Any:
    """A default as it is kept; Refused where it would not be taken in a form either."""
    if raw is None or raw == "":
        return None
    try:
        return to_json(read_value(field, raw, by, field.options))
    except Unfit as unfit:
        raise Refused(unfit.message, field="default") from None
