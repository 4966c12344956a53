"""What identity needs from layers that stand above it; each application carries its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from flask import Flask, current_app

from app.identity.models import User
from app.kernel.actor import Actor
from config.settings import Settings
from tenants.facts import TenantFacts

SEND_MAIL = "send_mail"  # Its place among the application's extensions.
LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that goes with a mail."""

    name: str
    type: str
    content: bytes


class SendMail(Protocol):
    """`app.mail.send.send_mail`: enqueue one mail in the actor's transaction."""

    def __call__(
        self,
        by: Actor,
        *,
        to: str,
        template: str,
        values: dict[str, object],
        language: str,
        stop_url: str | None = None,
        files: Sequence[MailFile] = (),
    ) -> UUID:
        """Render and enqueue the mail; the answer is the job's id."""


class SettledFirst(Protocol):
    """Where it is decided what becomes of what somebody holds, before they are disabled."""

    def __call__(self, by: Actor, user: User) -> str | None:
        """The address of that page, or None where nothing is to be decided."""


def connect(app: Flask, send_mail: SendMail) -> None:
    """Give an application its way to send mail; start-up calls it."""
    app.extensions[SEND_MAIL] = send_mail


def connect_leaving(app: Flask, settled_first: SettledFirst) -> None:
    """Give an application what stands before disabling somebody; start-up calls it."""
    app.extensions[LEAVING] = settled_first


def settled_first(by: Actor, user: User) -> str | None:
    """The page to which disabling somebody leads first, or None."""
    return cast("SettledFirst", current_app.extensions[LEAVING])(by, user)


def send(
    by: Actor,
    *,
    to: str,
    template: str,
    language: str,
    stop_url: str | None = None,
    **values: object,
) -> None:
    """Send one of identity's mails, named by the folder of its template.

    `stop_url` is the address that stops such mails, where they are stopped without signing in.
    """
    known = {"workspace": by.tenant.name, **values}
    mailer()(
        by,
        to=to,
        template=f"identity/{template}",
        values=known,
        language=language,
        stop_url=stop_url,
    )


def mailer() -> SendMail:
    """What sends a mail of any layer, named as `module/template`."""
    return cast("SendMail", current_app.extensions[SEND_MAIL])


def settings() -> Settings:
    """The service's settings, as the running application was made with them."""
    return cast("Settings", current_app.extensions["settings"])


def workspace_url(tenant: TenantFacts, path: str = "") -> str:
    """The address of a page of the workspace, from the settings and never from the request."""
    return settings().workspace_url(tenant.slug) + path
