"""The tables of a firm's own mail server and of the domains that its mails are signed for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Index,
    Integer,
    String,
    Text,
    Uuid,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Id, Moment

TLS, STARTTLS = "tls", "starttls"


class MailServer(Base):
    """The server that takes the mails of the firm's people; there is one at most.

    `password` is sealed. `error` is what went wrong the last time (see `trouble`), `failed_at`
    since when it fails; `worked_at` is when it took a mail, or a test, the last time.
    """

    __tablename__ = "mail_servers"
    __table_args__ = (
        Index("uq_mail_servers_one", "is_the_one", unique=True),
        CheckConstraint("is_the_one", name="one"),
    )

    id: Mapped[Id]
    is_the_one: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int] = mapped_column(Integer)
    security: Mapped[str] = mapped_column(String(10))
    user: Mapped[str] = mapped_column(String(254))
    password: Mapped[str] = mapped_column(Text)
    is_on: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    worked_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[Moment]
    updated_by_id: Mapped[UUID | None] = mapped_column(Uuid)


class MailDomain(Base):
    """A domain that mails are signed for (DKIM), once its record was found.

    `private_key` is sealed. `checked_at` is when it was last looked for, `problem` what was found
    then instead; `lost_at` since when a record is gone that was there.
    """

    __tablename__ = "mail_domains"
    __table_args__ = (Index("uq_mail_domains_domain", "domain", unique=True),)

    id: Mapped[Id]
    domain: Mapped[str] = mapped_column(String(253))
    selector: Mapped[str] = mapped_column(String(63))
    private_key: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(Text)
    verified_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[Moment]

    @property
    def record_name(self) -> str:
        """Where the record stands."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record_text(self) -> str:
        """What it says."""
        return f"v=DKIM1; k=rsa; p={self.public_key}"
