"""The fields of every type that shows what is done with it: the next step and the last activity."""

from __future__ import annotations

from typing import Any

from app.kernel.language import _
from app.records.fields import Field


def step_fields(model: Any) -> tuple[Field, ...]:
    """The fields of a model that `HasSteps`, told by its activities."""
    return (
        Field(
            model.next_step,
            _("Next step"),
            readonly=True,
            sort=model.next_step_at,
            told_by="activity",
        ),
        Field(
            model.next_step_at,
            _("Next step due"),
            readonly=True,
            told_by="activity",
            takes_days=True,
        ),
        Field(
            model.last_activity_at,
            _("Last activity"),
            readonly=True,
            told_by="activity",
            takes_days=True,
            is_past=True,
        ),
    )
