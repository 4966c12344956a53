"""Opportunity: a sale that we may win."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.models.steps import HasSteps
from app.kernel.model import Choice, Day, LongText, Moment, Money, Name, Percent, SortKey
from app.records.model import LIVE, Record, record_indexes
from app.records.priced.model import Priced

OPEN, WON, LOST = "open", "won", "lost"
STILL_OPEN = text("outcome = 'open' AND deleted_at IS NULL")
WALKED = (
    "outcome",
    "forecast_category",
    "source",
    "competitor",
    "won_reason",
    "lost_reason",
    "pipeline_id",
)


class Opportunity(HasSteps, Priced, Record):
    """What a customer may buy, for how much, until when, and how far it has come.

    The stage says where it stands on the way, and the outcome whether it is open, won or lost; a
    closed one keeps the stage in which it was decided. `probability` (percent) and
    `forecast_category` are those of the stage until somebody says otherwise, and follow the next
    stage again. It has been in its stage since `stage_since`, and was decided on `closed_on`.
    """

    __tablename__ = "opportunities"
    __table_args__ = (
        *record_indexes(
            "opportunities",
            "name_sort",
            moments=("last_activity_at", "next_step_at"),
            walked=WALKED,
        ),
        Index("ix_opportunities_account", "account_id", "id", postgresql_where=LIVE),
        Index("ix_opportunities_contact", "contact_id", "id", postgresql_where=LIVE),
        Index("ix_opportunities_stage", "stage_id", "id", postgresql_where=LIVE),
        Index("ix_opportunities_close_on", "close_on", "id", postgresql_where=LIVE),
        Index("ix_opportunities_closed_on", "closed_on", "id", postgresql_where=LIVE),
        Index("ix_opportunities_next_step", "next_step_at", "id", postgresql_where=LIVE),
        # A board's column in the list's usual order, and what is on its way of each person.
        Index(
            "ix_opportunities_board", "stage_id", "created_at", "id", postgresql_where=STILL_OPEN
        ),
        Index("ix_opportunities_open", "owner_id", "close_on", "id", postgresql_where=STILL_OPEN),
    )

    is_decided = False  # Whether an action gives the outcome; no column.
    # The account whose name its keys hold, and that name; no column.
    firm = cast("tuple[UUID | None, str] | None", None)
    name: Mapped[Name]
    name_sort: Mapped[SortKey]
    account_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("accounts.id"), info={"kind": "reference"}
    )
    contact_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("contacts.id"), info={"kind": "reference"}
    )
    amount: Mapped[Money | None]
    close_on: Mapped[Day | None]
    pipeline_id: Mapped[str] = mapped_column(
        String(60), ForeignKey("pipelines.id"), info={"kind": "choice"}
    )
    stage_id: Mapped[str] = mapped_column(
        String(60), ForeignKey("stages.id"), info={"kind": "choice"}
    )
    stage_since: Mapped[Moment]
    probability: Mapped[Percent]
    forecast_category: Mapped[Choice]
    outcome: Mapped[Choice] = mapped_column(default=OPEN)
    source: Mapped[Choice | None]
    competitor: Mapped[Choice | None]
    won_reason: Mapped[Choice | None]
    lost_reason: Mapped[Choice | None]
    closed_on: Mapped[Day | None]
    need: Mapped[LongText | None]

    @property
    def is_open(self) -> bool:
        """True while it is neither won nor lost."""
        return self.outcome == OPEN and self.deleted_at is None
