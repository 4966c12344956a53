"""A webhook and what was sent by it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Id, Moment

WEBHOOK = "webhook"  # The kind that is no group robot.
KEPT = timedelta(days=30)  # How long a delivery is told.
BOTH_SIGN = timedelta(hours=24)  # After a change of the secret the earlier one signs as well.
OPEN = text("state IN ('waiting', 'sending')")


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"  # The record is out of the reach of whoever the webhook acts for.


class Stopped(StrEnum):
    """Why a webhook is switched off."""

    BY_HAND = "by_hand"
    FAILING = "failing"  # For days.
    GONE = "gone"  # The address answered that it is gone for good.
    PERSON = "person"  # Whoever it acts for can't sign in any more.


class Webhook(Base):
    """An address that is told of `events`, such as `contact.created`.

    It tells what `user_id` may read, narrowed to the `scopes` of the token by which it was made.
    Its secrets are sealed; the earlier one signs until `earlier_until`. `failures` counts those in
    a row, since `failing_since`; while it `rests_until`, nothing is sent. An address that was
    reached before has a `reached_at`.

    One of another kind is a group robot (see `automation/robots`): `secret` seals its address too,
    of which `url` shows the end alone; `view_ids` names for a record type the view whose records
    are told, and `tells_details` is whether more than a record's name is.
    """

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_user_id", "user_id"),)

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(20), server_default=WEBHOOK)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(2000))
    events: Mapped[list[str]] = mapped_column(ARRAY(String(130)))
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id))
    view_ids: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
    tells_details: Mapped[bool] = mapped_column(Boolean, server_default=false())
    scopes: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    secret: Mapped[str] = mapped_column(Text)
    earlier_secret: Mapped[str | None] = mapped_column(Text)
    earlier_until: Mapped[datetime | None]
    stopped: Mapped[str | None] = mapped_column(String(20))
    stopped_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer)
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]
    reached_at: Mapped[datetime | None]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]

    @property
    def is_robot(self) -> bool:
        """True for a group robot."""
        return self.kind != WEBHOOK

    @property
    def is_active(self) -> bool:
        """True while it is switched on."""
        return self.stopped is None


class WebhookDelivery(Base):
    """One message to one webhook, under one id however often it is sent.

    `next_at` is when it is due, or how long whoever sends it now may take. `body` is written when
    it is sent first and stays the same. Of a test there is no event and no record. `error` is the
    reason why no answer came (see `kernel.outgoing`), `answer` the beginning of the one that did.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("uq_webhook_deliveries_event", "webhook_id", "event_id", unique=True),
        Index("ix_webhook_deliveries_due", "webhook_id", "next_at", postgresql_where=OPEN),
        Index(
            "ix_webhook_deliveries_sending", "next_at", postgresql_where=text("state = 'sending'")
        ),
        Index("ix_webhook_deliveries_told", "webhook_id", "created_at", "id"),
        Index("ix_webhook_deliveries_record", "record_type", "record_id"),
        Index("ix_webhook_deliveries_old", "created_at"),
        CheckConstraint(
            "state IN ('waiting', 'sending', 'delivered', 'failed', 'withheld')", name="state"
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(Webhook.id, ondelete="CASCADE"))
    event_id: Mapped[UUID | None] = mapped_column(Uuid)
    type: Mapped[str] = mapped_column(String(130))
    record_type: Mapped[str | None] = mapped_column(String(60))
    record_id: Mapped[UUID | None] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[Moment]
    created_at: Mapped[Moment]
    finished_at: Mapped[datetime | None]
    status: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(String(20))
    seconds: Mapped[float | None] = mapped_column(Float)
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    body: Mapped[str | None] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)

    @property
    def is_open(self) -> bool:
        """True until it has come to an end."""
        return self.state in (State.WAITING, State.SENDING)

    @property
    def message_id(self) -> str:
        """The id of the message, the same at every try."""
        return f"msg_{self.id.hex}"
