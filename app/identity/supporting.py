"""The actor that somebody of the service is while they help in a workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity import permissions
from app.identity.actors import SECRET_LENGTH, actor_for
from app.identity.models import SupportGrant, User
from app.identity.secret import digest
from app.kernel.actor import Actor, Reach, Rights
from app.kernel.preview import Preview, Support
from tenants.control import Operator
from tenants.database import control_session
from tenants.facts import TenantFacts

ALLOW = ("support", "allow")
NEVER = frozenset({"export", "import", "merge", "erase", "reassign", "distribute"})  # Verbs.
WITHOUT_WRITING = frozenset({"read", "see_pool"})


def find_support(
    session: Session, tenant: TenantFacts, token: str, now: datetime, language: str | None
) -> Actor | None:
    """Whom a support cookie opens the workspace for at this moment, or None.

    They act in the name of whoever consented, with no more than those rights on records; and they
    are out at once where the consent is over, whoever gave it may not give it any more, or they
    are no operator any more.
    """
    if len(token) > SECRET_LENGTH:
        return None
    grant = session.scalars(
        select(SupportGrant).where(
            SupportGrant.token_digest == digest(token),
            SupportGrant.ended_at.is_(None),
            SupportGrant.expires_at > now,
        )
    ).first()
    user = session.get(User, grant.granted_by_id) if grant is not None else None
    if grant is None or user is None or not user.is_active or not _is_operator(grant.operator_id):
        return None
    by = actor_for(session, tenant, user, now, "support", language)
    if not by.may(*ALLOW):
        return None
    helped = Support(grant.id, grant.operator_name, grant.expires_at, grant.may_write)
    rights = by.rights.within(_of_support(tenant, may_write=grant.may_write))
    named = f"{grant.operator_name} · {user.name}"
    looks = None if grant.may_write else Preview(grant.operator_name, grant.id, user.name)
    return replace(by, rights=rights, name=named, previews=looks, support=helped, batch_id=grant.id)


def _is_operator(operator_id: UUID | None) -> bool:
    """True while this person runs the service; asked anew, as the consent does not know."""
    with control_session() as session:
        known = select(Operator.id).where(Operator.id == operator_id, Operator.is_active)
        return session.scalar(known) is not None


def _of_support(tenant: TenantFacts, *, may_write: bool) -> Rights:
    """What support may at most: records, and never what leaves with them or is about people."""
    grants = {
        (group.record_type, verb.key): Reach.ALL
        for group in permissions.groups(tenant)
        if group.has_reach
        for verb in group.verbs
        if verb.key not in NEVER and (may_write or verb.key in WITHOUT_WRITING)
    }
    return Rights(grants=grants)
