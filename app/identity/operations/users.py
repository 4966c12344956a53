"""Users: making them, what they are, and shutting them out at once."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.events import write_event
from app.identity.models import Role, Team, User
from app.identity.operations.guard import (
    fetch,
    require_another_owner,
    require_change,
    require_cover,
    require_over,
    require_writable,
)
from app.identity.operations.hints import keep_hints
from app.identity.operations.news_mail import plan_digest
from app.identity.operations.passwords import end_everything, mail_reset
from app.identity.operations.reach import lock_tree, require_reach_after_user
from app.identity.operations.second_step import plan_telling
from app.identity.operations.two_factor import clear_two_factor
from app.identity.passwords import check_new_password, hash_password
from app.identity.renamed import tell_renamed
from app.identity.sign_in_rules import note_due, rules_of
from app.identity.texts import clean_email, clean_person, clean_phone, email_key
from app.identity.usage.seats import require_seat
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import LOCALES, _
from app.kernel.searchkeys import sort_key

PAGE = 50


def create_user(
    by: Actor,
    *,
    email: str,
    name: str,
    role: Role,
    team: Team | None = None,
    password: str | None = None,
    password_hash: str | None = None,
    language: str | None = None,
    zone: str | None = None,
    is_proved: bool = True,
) -> User:
    """Make a user; without a password nobody can sign in as them until an invitation sets one.

    A `password_hash` is that of a password that was checked when it was chosen. `is_proved` says
    that somebody vouches for the e-mail; else the person has yet to confirm it.
    OverLimit where every seat is taken.
    """
    address, plain = clean_email(email), clean_person(name)
    if find_by_email(by.session, address) is not None:
        raise Refused(_("Somebody with this e-mail is in this workspace already."), field="email")
    if password is not None:
        minimum = rules_of(by.session).password_length
        check_new_password(password, email=address, name=plain, minimum=minimum)
        password_hash = hash_password(password)
    require_seat(by)
    user = User(
        email=address,
        email_key=email_key(address),
        name=plain,
        name_sort=sort_key(plain, person=True),
        language=language if language in LOCALES else None,
        zone=zone,
        role=role,
        team=team,
        password_hash=password_hash,
        password_changed_at=by.now if password_hash is not None else None,
        email_confirmed_at=by.now if is_proved else None,
        created_at=by.now,
        is_active=True,
        generation=1,
    )
    by.session.add(user)
    by.session.flush()  # Rows that name the user follow, and a taken e-mail must show here.
    note_due(by.session, user, by.now)
    write_event(by, "user", user.id, "created", changes={"email": [None, address]})
    return user


def find_by_email(session: Session, email: str) -> User | None:
    """The user with this e-mail, in any spelling of case, or None."""
    return session.scalars(select(User).where(User.email_key == email_key(email))).one_or_none()


def list_users(by: Actor, *, query: str = "", after: tuple[str, UUID] | None = None) -> list[User]:
    """One page of users by name, and one more row when another page follows."""
    chosen = select(User).order_by(User.name_sort, User.id).limit(PAGE + 1)
    words = query.strip()
    if words:
        chosen = chosen.where(
            User.name.icontains(words, autoescape=True)
            | User.email_key.contains(email_key(words), autoescape=True)
            | User.name_sort.contains(sort_key(words, person=True) or words, autoescape=True)
        )
    if after is not None:
        chosen = chosen.where(tuple_(User.name_sort, User.id) > tuple_(*after))
    return list(by.session.scalars(chosen))


def disable_user(by: Actor, user: User) -> None:
    """Shut a user out: sessions, tokens and links of theirs are dead at the next request."""
    require_change(by, "user", "manage")
    require_over(by, user)
    if not user.is_active:
        return
    require_another_owner(by, user)
    user.is_active = False
    end_everything(by, user)
    write_event(by, "user", user.id, "disabled", changes={"is_active": [True, False]})
    keep_hints(by)


def enable_user(by: Actor, user: User) -> None:
    """Let a disabled user sign in again with the password they had; OverLimit without a seat."""
    require_change(by, "user", "manage")
    require_over(by, user)
    if user.is_active:
        return
    require_seat(by)
    user.is_active = True
    write_event(by, "user", user.id, "enabled", changes={"is_active": [False, True]})
    keep_hints(by)


def change_role(by: Actor, user: User, role: Role) -> None:
    """Give a user another role; the actor must hold all that the old and the new one allow."""
    require_change(by, "user", "manage")
    require_over(by, user)
    require_cover(by, role)
    if role.id == user.role_id:
        return
    if not role.is_owner:
        require_another_owner(by, user)
    before, user.role = user.role_id, role
    if (due := note_due(by.session, user, by.now)) is not None:
        plan_telling(by, due)
    stamps.draw(by.session, stamps.PEOPLE)
    changes = {"role_id": [str(before), str(role.id)]}
    write_event(by, "user", user.id, "role_changed", changes=changes)


def change_team(by: Actor, user: User, team: Team | None) -> None:
    """Move a user to another team, or out of every team.

    NotPermitted for who may not edit roles and would reach more people afterwards.
    """
    require_change(by, "user", "manage")
    require_over(by, user)
    before, after = user.team_id, team.id if team else None
    if before == after:
        return
    lock_tree(by)
    require_reach_after_user(by, user, team)
    user.team = team
    stamps.draw(by.session, stamps.PEOPLE)
    changes = {"team_id": [_plain(before), _plain(after)]}
    write_event(by, "user", user.id, "team_changed", changes=changes)


def confirm_phone(by: Actor, user: User) -> None:
    """Vouch that a user's phone number is theirs, so that it can be used to sign in."""
    require_change(by, "user", "manage")
    require_over(by, user)
    if user.phone is None:
        raise Refused(_("This person has given no phone number."), field="phone")
    taken = by.session.scalar(
        select(User.id).where(
            User.phone == user.phone, User.phone_confirmed_at.is_not(None), User.id != user.id
        )
    )
    if taken is not None:
        raise Refused(_("Somebody else signs in with this phone number."), field="phone")
    user.phone_confirmed_at = by.now
    write_event(by, "user", user.id, "phone_confirmed", changes={"phone": [None, user.phone]})


def send_reset_to(by: Actor, user: User) -> None:
    """Mail a user the link that sets a new password, on their behalf."""
    require_change(by, "user", "manage")
    require_over(by, user)
    if not user.is_active:
        raise Refused(_("This person is disabled."))
    mail_reset(by, user)


def clear_two_factor_of(by: Actor, user: User) -> None:
    """Turn off the second step of somebody who lost their phone and their recovery codes."""
    require_change(by, "user", "manage")
    require_over(by, user)
    clear_two_factor(by, user)


def update_profile(
    by: Actor, user: User, *, name: str, phone: str, language: str, zone: str
) -> None:
    """Change what a person says about themselves; a new phone number waits to be confirmed."""
    require_writable(by)
    plain = clean_person(name)
    number = clean_phone(phone, by.tenant.country) if phone.strip() else None
    if language and language not in LOCALES:
        raise Refused(_("Choose one of the languages."), field="language")
    after = {
        "name": plain,
        "phone": number,
        "language": language or None,
        "zone": check_zone(zone),
    }
    changes = {
        key: [getattr(user, key), value]
        for key, value in after.items()
        if getattr(user, key) != value
    }
    if "phone" in changes:
        user.phone_confirmed_at = None
    for key, value in after.items():
        setattr(user, key, value)
    user.name_sort = sort_key(plain, person=True)
    if changes:
        write_event(by, "user", user.id, "updated", changes=changes)
    if "zone" in changes and user.digest_at is not None:
        plan_digest(by, user)
    if "name" in changes:
        tell_renamed(by)


def check_zone(zone: str) -> str | None:
    """An IANA time zone as it was chosen, None for the firm's own, or Refused."""
    if not zone:
        return None
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(_("Choose one of the time zones."), field="zone") from error
    return zone


def get_user(by: Actor, user_id: UUID) -> User:
    """The user with this id, or Missing."""
    return fetch(by, User, user_id)


def names_of(by: Actor, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of users by their ids, in one statement; who is unknown is left out."""
    if not user_ids:
        return {}
    rows = by.session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {user_id: name for user_id, name in rows}  # noqa: C416  Typed rows.


def _plain(value: UUID | None) -> str | None:
    return str(value) if value else None
