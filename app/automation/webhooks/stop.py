"""Switching a webhook off because of what befell it, and telling those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import select

from app.automation.webhooks import outbox
from app.automation.webhooks.claim import withhold
from app.automation.webhooks.models import Stopped, Webhook
from app.events import write_event
from app.identity import outside
from app.identity.models import User
from app.identity.operations.notices import tell
from app.identity.operations.who_may import who_may
from app.kernel.actor import Actor
from app.kernel.language import Text, _, using
from app.mail.send import send_mail

MANAGE = ("webhook", "manage")
PLACE = "/settings/webhooks"
ROBOTS = "/settings/robots"
SAID: Mapping[Stopped, Callable[[str], Text]] = {
    Stopped.FAILING: lambda name: _(
        "The webhook “%(name)s” was switched off: its address failed for three days.", name=name
    ),
    Stopped.GONE: lambda name: _(
        "The webhook “%(name)s” was switched off: its address says that it is gone.", name=name
    ),
    Stopped.PERSON: lambda name: _(
        "The webhook “%(name)s” was switched off: whoever it acts for can't sign in any more.",
        name=name,
    ),
}

SAID_OF_ROBOTS: Mapping[Stopped, Callable[[str], Text]] = {
    Stopped.FAILING: lambda name: _(
        "The group robot “%(name)s” was switched off: it failed for three days.", name=name
    ),
    Stopped.GONE: lambda name: _(
        "The group robot “%(name)s” was switched off: its address says that it is gone.", name=name
    ),
    Stopped.PERSON: lambda name: _(
        "The group robot “%(name)s” was switched off: whoever it acts for can't sign in any more.",
        name=name,
    ),
}


def place_of(webhook: Webhook) -> str:
    """The address of its page."""
    return f"{ROBOTS if webhook.is_robot else PLACE}/{webhook.id}"


def stop_those_of_nobody(by: Actor) -> None:
    """Switch off every webhook whose person can't sign in any more."""
    left = (
        select(Webhook)
        .join(User, User.id == Webhook.user_id)
        .where(Webhook.stopped.is_(None), User.is_active.is_(False))
    )
    for webhook in by.session.scalars(left).all():
        stop(by, webhook, Stopped.PERSON)


def stop(by: Actor, webhook: Webhook, why: Stopped) -> None:
    """Switch a webhook off; unless it was done by hand, its person and the admins are told."""
    webhook.stopped, webhook.stopped_at, webhook.updated_at = why.value, by.now, by.now
    by.session.flush()  # What still waits is looked at in the database.
    withhold(by.session, webhook.id, by.now)
    outbox.changed(by.session)
    changes = {"name": [webhook.name, webhook.name], "reason": [None, why.value]}
    write_event(by, "webhook", webhook.id, "switched_off", changes=changes)
    if why is Stopped.BY_HAND:
        return
    for user in _concerned(by, webhook):
        _tell(by, user, webhook, why)


def _concerned(by: Actor, webhook: Webhook) -> list[User]:
    """Whoever it acts for and everybody who manages webhooks, as far as they may sign in."""
    found = who_may(by, *MANAGE)
    own = by.session.get(User, webhook.user_id)
    if own is not None and own.is_active and own not in found:
        found.append(own)
    return found


def _tell(by: Actor, user: User, webhook: Webhook, why: Stopped) -> None:
    language = user.language or by.tenant.language
    path = place_of(webhook)
    words = SAID_OF_ROBOTS if webhook.is_robot else SAID
    with using(language):
        said = str(words[why](webhook.name))
    icon = "robot" if webhook.is_robot else "webhook"
    tell(by, user.id, said, url=path, icon=icon)
    send_mail(
        by,
        to=user.email,
        template=f"automation/{icon}_stopped",
        values={
            "name": user.name,
            "webhook": webhook.name,
            "said": said,
            "url": outside.workspace_url(by.tenant, path),
        },
        language=language,
    )
