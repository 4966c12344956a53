"""Invitations: by mail for one person, by link or QR code for whoever is shown it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity import outside
from app.identity.actors import SECRET_LENGTH, actor_for
from app.identity.living import living
from app.identity.models import Invitation, Role, Team, User
from app.identity.operations.email_proof import ask_for_proof, require_proof
from app.identity.operations.guard import fetch, require_change, require_cover
from app.identity.operations.hints import keep_hints
from app.identity.operations.passwords import set_password
from app.identity.operations.sign_in import Opened, Visit, open_session
from app.identity.operations.users import create_user, find_by_email
from app.identity.rights import rights_of
from app.identity.secret import digest, new_secret
from app.identity.texts import clean_email
from app.identity.usage.seats import require_seat
from app.kernel.actor import Actor, Rights
from app.kernel.errors import Missing, Refused
from app.kernel.language import LOCALES, _
from tenants.facts import TenantFacts

LIVES = timedelta(days=7)
SHOWN = 100  # Invitations that a page tells of.
MOST_USES = 200  # A link on a notice board serves a department, not a town.
WAYS = ("mail", "link", "qr")


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation with its address, which is shown or mailed once."""

    invitation: Invitation
    url: str


def invite(
    by: Actor,
    *,
    way: str,
    role: Role,
    team: Team | None = None,
    email: str = "",
    max_uses: int = 1,
    language: str = "",
) -> Invited:
    """Invite one person by mail, or up to `max_uses` people by a link or a QR code.

    OverLimit where no seat is free. An invitation by mail keeps one; by link and by code, whoever
    comes takes one if there is any by then.
    """
    require_change(by, "user", "manage")
    require_cover(by, role)
    if way not in WAYS:
        raise Refused(_("Choose how to invite."), field="way")
    if way != "mail" and not 1 <= max_uses <= MOST_USES:
        raise Refused(_("Choose between 1 and %(n)s people.", n=MOST_USES), field="max_uses")
    if language and language not in LOCALES:
        raise Refused(_("Choose one of the languages."), field="language")
    if role.is_owner and way != "mail":
        raise Refused(_("An owner can only be invited by e-mail."), field="role_id")
    address = clean_email(email) if way == "mail" else None
    if address is not None:
        require_proof(by, field="email")
    if address is not None and find_by_email(by.session, address) is not None:
        raise Refused(_("Somebody with this e-mail is in this workspace already."), field="email")
    require_seat(by)
    made = _make(by, way, role, team, address, 1 if way == "mail" else max_uses, language)
    if address is not None:
        _mail(by, made, address)
    return made


def invite_user(by: Actor, user: User) -> Invited:
    """Mail a user without a password the link that lets them choose one."""
    require_change(by, "user", "manage")
    require_cover(by, user.role)
    made = _make(by, "mail", user.role, user.team, user.email, 1, user.language or "", user)
    _mail(by, made, user.email)
    return made


def open_invitations(
    by: Actor, limit: int = SHOWN, before: tuple[datetime, UUID] | None = None
) -> Sequence[Invitation]:
    """The invitations that can still be used, the newest first; `before` a moment and an id."""
    asked = select(Invitation).where(living(by.session, by.now))
    if before is not None:
        asked = asked.where(tuple_(Invitation.created_at, Invitation.id) < tuple_(*before))
    newest = asked.order_by(Invitation.created_at.desc(), Invitation.id.desc())
    return by.session.scalars(newest.limit(limit)).all()


def revoke_invitation(by: Actor, invitation_id: UUID) -> None:
    """Make an invitation useless from now on."""
    require_change(by, "user", "manage")
    row = fetch(by, Invitation, invitation_id)
    if row.revoked_at is None:
        row.revoked_at = by.now
        write_event(by, "invitation", row.id, "revoked")


def find_invitation(session: Session, secret: str, now: datetime) -> Invitation:
    """The invitation that a link opens, or Missing when it is spent, withdrawn or unknown.

    One whose giver might not give it any more is dead too.
    """
    found = None
    if len(secret) <= SECRET_LENGTH:
        mine = (Invitation.digest == digest(secret), living(session, now))
        found = session.scalars(select(Invitation).where(*mine)).one_or_none()
    if found is None:
        raise Missing(_("This invitation was used before or is too old. Ask for a new one."))
    return found


def accept_invitation(
    session: Session,
    tenant: TenantFacts,
    *,
    secret: str,
    name: str,
    email: str,
    password: str,
    now: datetime,
    visit: Visit,
    reads: str | None = None,
) -> Opened:
    """Become a user of the workspace and sign in; by mail, the address is the invited one.

    Whoever comes by a link or a code for which nobody chose a language keeps the one in which they
    read the page, `reads`.
    """
    invitation = find_invitation(session, secret, now)
    if tenant.is_read_only:
        raise Refused(_("This workspace is read-only at the moment, so nothing was changed."))
    by = Actor(
        session=session, tenant=tenant, now=now, rights=Rights(), language=invitation.language
    )
    _claim(session, invitation)
    if invitation.user_id is not None:
        user = fetch(by, User, invitation.user_id)
        if user.password_hash is not None or not user.is_active:
            raise Missing(_("This invitation was used before or is too old. Ask for a new one."))
        set_password(by, user, password)
    else:
        user = create_user(
            by,
            email=invitation.email or email,
            name=name,
            role=fetch(by, Role, invitation.role_id),
            team=fetch(by, Team, invitation.team_id) if invitation.team_id else None,
            password=password,
            language=_language_of(invitation, tenant, reads),
            is_proved=invitation.email is not None,
        )
        user.has_first_steps = _shares_first_steps(session, invitation, user)
    if user.email_confirmed_at is None:
        ask_for_proof(by, user)
    keep_hints(by)
    acting = actor_for(session, tenant, user, now, "web")
    write_event(
        acting,
        "user",
        user.id,
        "invitation_accepted",
        changes={"invitation_id": [None, str(invitation.id)]},
    )
    return open_session(session, tenant, user, now, visit)


def _language_of(invitation: Invitation, tenant: TenantFacts, reads: str | None) -> str:
    """What somebody who comes by an invitation reads from now on."""
    is_chosen = invitation.way == "mail" or invitation.language != tenant.language
    return invitation.language if is_chosen else reads or invitation.language


def _shares_first_steps(session: Session, invitation: Invitation, user: User) -> bool:
    """True for a further administrator of a workspace that is still being set up."""
    inviter = session.get(User, invitation.created_by_id) if invitation.created_by_id else None
    return (
        inviter is not None
        and inviter.has_first_steps
        and rights_of(session, user).reach("user", "manage") is not None
    )


def _claim(session: Session, invitation: Invitation) -> None:
    """Use an invitation once more; two people can't both take its last place."""
    claimed = session.scalars(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.uses < Invitation.max_uses)
        .values(uses=Invitation.uses + 1)
        .returning(Invitation.id)
    ).all()
    if not claimed:
        raise Missing(_("This invitation was used before or is too old. Ask for a new one."))


def _make(
    by: Actor,
    way: str,
    role: Role,
    team: Team | None,
    email: str | None,
    max_uses: int,
    language: str,
    user: User | None = None,
) -> Invited:
    secret = new_secret()
    row = Invitation(
        digest=digest(secret),
        way=way,
        email=email,
        user_id=user.id if user else None,
        role_id=role.id,
        team_id=team.id if team else None,
        language=language or by.tenant.language,
        max_uses=max_uses,
        uses=0,
        created_at=by.now,
        created_by_id=by.user_id,
        expires_at=by.now + LIVES,
        revoked_at=None,
    )
    by.session.add(row)
    by.session.flush()  # The event names the row.
    changes = {"way": [None, way], "email": [None, email], "role_id": [None, str(role.id)]}
    write_event(by, "invitation", row.id, "created", changes=changes)
    return Invited(row, outside.workspace_url(by.tenant, f"/invitations/{secret}"))


def _mail(by: Actor, made: Invited, to: str) -> None:
    outside.send(
        by,
        to=to,
        template="invitation",
        language=made.invitation.language,
        url=made.url,
        inviter=by.name,
        days=LIVES.days,
    )
