"""What became of a tenancy by its bill, as a line of the history that the operator reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tenants.control import OperatorEvent


def note(
    session: Session,
    tenant_id: UUID,
    verb: str,
    now: datetime,
    *,
    operator_id: Any = None,  # Of the person's UUID, where it was a person.
    **details: Any,
) -> None:
    """Write what became of a tenancy into its history, and by whom where somebody did it."""
    made = OperatorEvent(id=uuid7(), at=now, tenant_id=tenant_id, verb=verb, details=details)
    made.operator_id = operator_id
    session.add(made)
