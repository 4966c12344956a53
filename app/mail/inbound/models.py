"""The tables of mail in: each person's own address, and the ledger of all that came."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Digest, Id, Moment
from app.mail.messages.models import Message

WAITS = text("state = 'waiting'")


class Fate(StrEnum):
    """What became of a mail that came in."""

    WAITING = "waiting"
    STORED = "stored"
    SKIPPED = "skipped"
    FAILED = "failed"


class Why(StrEnum):
    """Why a mail was skipped, or could not be read."""

    UNKNOWN = "unknown"  # Nobody among the records has one of its addresses.
    DUPLICATE = "duplicate"
    AUTOMATIC = "automatic"
    LIST = "list"  # It went to everybody on a list, as newsletters do.
    LOOP = "loop"
    OWN = "own"  # The service wrote it itself.
    PERSON = "person"  # Whose address it came to may not sign in any more.
    ROOM = "room"
    BROKEN = "broken"
    BOUNCE = "bounce"  # It tells what became of a mail of ours.
    FORGED = "forged"  # It claims to, and does not fit that mail.
    LATE = "late"  # It tells of a mail of ours that went long ago.
    STRANGER = "stranger"  # It came to where reports go, from nobody whom that mail went to.
    LIMIT = "limit"  # Senders were asked to send them again later.
    ALONE = "alone"  # It could not be read with others and is tried by itself.
    GONE = "gone"  # Its bytes are not there any more.


class MailAddress(Base):
    """The address of one person for mail in: `key` is what it names them by; a new one ends it."""

    __tablename__ = "mail_addresses"
    __table_args__ = (Index("uq_mail_addresses_key", "key", unique=True),)

    user_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(20))
    made_at: Mapped[Moment]


class IncomingMail(Base):
    """One line of the ledger; `stored` names its bytes while they are kept.

    What its headers say is filled in once it was read; `left_out` is how many of its files are not
    kept. What came back of a mail of ours names that one by `bounced_ref`. `message_ref` is the
    message that it became, or which was there already.
    """

    __tablename__ = "incoming_mails"
    __table_args__ = (
        Index("ix_incoming_mails_user", "user_id", "received_at", "id"),
        Index("ix_incoming_mails_received_at", "received_at", "id"),
        Index("ix_incoming_mails_waiting", "received_at", "id", postgresql_where=WAITS),
        CheckConstraint("state IN ('waiting', 'stored', 'skipped', 'failed')", name="state"),
    )

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey(User.id, ondelete="CASCADE"))
    received_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(String(10))
    why: Mapped[str | None] = mapped_column(String(20))
    stored: Mapped[str | None] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[Digest]
    envelope_from: Mapped[str] = mapped_column(String(320))
    sender_name: Mapped[str] = mapped_column(String(200), default="")
    sender_address: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    message_ref: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey(Message.id, ondelete="SET NULL")
    )
    bounced_ref: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey(Message.id, ondelete="SET NULL")
    )
    left_out: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    settled_at: Mapped[datetime | None]
