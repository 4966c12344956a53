"""The tables of mails: each message, the records on which it stands, what a person signs with."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.identity.models import User
from app.kernel.model import Base, Digest, Id, LongText, Moment

OPEN = text("state IN ('waiting', 'sending')")
DRAFT = text("state = 'draft'")
OUT, IN = "out", "in"
MESSAGE = "message"  # By which events name them.
# Among its options: the domain whose record was gone, and the address that it came from instead.
UNSIGNED = "unsigned"


class State(StrEnum):
    """Where a message stands."""

    DRAFT = "draft"  # Taken back before it was sent.
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"  # The line was lost before the server said whether it has it.
    RECEIVED = "received"


class Message(Base):
    """One mail. `recipients` holds lists of {name, address} under `to` and `cc`; `bcc` is sealed.

    `options` say how it was written (`signed`, `quotes`) and whether it has HTML (`html`). `body`
    is what its writer typed, `text` the whole of what was sent or came, `html` the cleaned HTML of
    what came. `at` is the moment by which timelines sort it, `send_at` when it goes out;
    one that `is_later` was to wait. It `may_have_left` once the line was lost while it was sent;
    `press` is by which the same press of a form is known. `refused` tells by address why the server
    did not take it, `bounces` what came back later: {kind, status, said, at}; by `bounce_key` what
    comes back is known. `sender_ref` is the sender that it goes out from, none for one's own
    address. Whoever reads a record reads its messages, unless one `is_private` to `user_id`, who
    wrote or got it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("uq_messages_message_id", "direction", "message_id", unique=True),
        Index("ix_messages_thread", "thread_id", "at"),
        Index("uq_messages_press", "press", unique=True),
        Index("uq_messages_bounce_key", "bounce_key", unique=True),
        Index("ix_messages_open", "send_at", postgresql_where=OPEN),
        Index("ix_messages_draft", "user_id", postgresql_where=DRAFT),
        Index(
            "ix_messages_search",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
        CheckConstraint("direction IN ('out', 'in')", name="direction"),
        CheckConstraint(
            "state IN ('draft', 'waiting', 'sending', 'sent', 'failed', 'unknown', 'received')",
            name="state",
        ),
    )

    id: Mapped[Id]
    direction: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10))
    thread_id: Mapped[UUID] = mapped_column(Uuid)
    sender_name: Mapped[str] = mapped_column(String(200))
    sender_address: Mapped[str] = mapped_column(String(254))
    reply_to: Mapped[str | None] = mapped_column(String(254))
    recipients: Mapped[dict[str, Any]] = mapped_column(JSONB)
    bcc: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[LongText]
    text: Mapped[LongText]
    html: Mapped[LongText | None]
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    message_id: Mapped[str] = mapped_column(String(300))
    in_reply_to: Mapped[str | None] = mapped_column(String(300))
    references: Mapped[list[str]] = mapped_column("refs", JSONB, default=list, server_default="[]")
    at: Mapped[Moment]
    send_at: Mapped[datetime | None]
    is_later: Mapped[bool] = mapped_column(Boolean, default=False)
    is_private: Mapped[bool] = mapped_column(Boolean, default=False)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    taken_at: Mapped[datetime | None]  # When somebody began to send it.
    may_have_left: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    press: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(Text)
    refused: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    sender_ref: Mapped[UUID | None] = mapped_column(Uuid)
    bounce_key: Mapped[str | None] = mapped_column(String(8))
    bounces: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[Moment]
    search_text: Mapped[str] = mapped_column(Text)


class MessageLink(Base):
    """One record on whose timeline a message stands; `at` and `thread_id` are the message's."""

    __tablename__ = "message_links"
    __table_args__ = (
        Index("ix_message_links_record", "record_type", "record_id", "at", "message_id"),
        Index("ix_message_links_thread", "record_type", "record_id", "thread_id", "at"),
    )

    message_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(Message.id, ondelete="CASCADE"), primary_key=True
    )
    record_type: Mapped[str] = mapped_column(String(60), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    thread_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[Moment]


class Unreachable(Base):
    """An address that takes no mails, by its digest; `said` is what its server answered."""

    __tablename__ = "unreachable_addresses"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(12))
    said: Mapped[str] = mapped_column(String(300))
    since: Mapped[Moment]
    message_ref: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey(Message.id, ondelete="SET NULL")
    )


class MailProfile(Base):
    """What a person signs mails with."""

    __tablename__ = "mail_profiles"

    user_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey(User.id, ondelete="CASCADE"), primary_key=True
    )
    signature: Mapped[str] = mapped_column(Text, default="", server_default="")
    updated_at: Mapped[Moment]
