"""Operators: people who run the service. They are made at the command line only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.passwords import check_new_password, hash_password
from app.identity.texts import clean_email, clean_name, email_key
from app.kernel.errors import Refused
from app.kernel.ids import new_id
from app.kernel.language import _
from tenants.control import Operator, OperatorEvent


def create_operator(
    session: Session, *, email: str, name: str, password: str, now: datetime
) -> UUID:
    """Make an operator in a transaction of the owner's login, and answer with the id.

    Refused for a bad address, name or password, and for an address that an operator has already.
    """
    address = email_key(clean_email(email))
    clean = clean_name(name)
    check_new_password(password, email=address, name=clean)
    if session.scalar(select(Operator.id).where(Operator.email == address)) is not None:
        raise Refused(_("An operator with this e-mail address exists already."), field="email")
    operator = Operator(
        id=new_id(),
        email=address,
        name=clean,
        password_hash=hash_password(password),
        is_active=True,
        created_at=now,
    )
    session.add(operator)
    session.add(
        OperatorEvent(
            id=new_id(),
            at=now,
            operator_id=operator.id,
            tenant_id=None,
            verb="operator_created",
            details={"email": address},
        )
    )
    session.flush()  # Two commands at once: the second one's error belongs here.
    return operator.id
