"""What a customer, a person or a lead shows of their activities: the next step, the last one."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from app.kernel.model import Moment, Name


class HasSteps:
    """Columns kept by `operations.steps`, so that a list shows them without a join."""

    next_step: Mapped[Name | None]
    next_step_at: Mapped[Moment | None]
    last_activity_at: Mapped[Moment | None]
