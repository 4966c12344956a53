"""Records whose texts mention colleagues."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.records.model import Record


class MentioningRecord(Record):
    """A record that keeps whom its texts mention: by id what stands behind the @.

    `newly` and `no_longer` are whom the change under way adds and takes away; of those who were
    added, `called` have been told and `unseen` may not read the record.
    """

    __abstract__ = True

    newly = cast("Collection[str]", ())  # These four are no columns.
    no_longer = cast("Collection[str]", ())
    called = cast("Collection[UUID]", ())
    unseen = cast("Collection[UUID]", ())
    mentions: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True))
