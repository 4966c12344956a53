"""What identity needs from layers that stand above it, handed over once by `create_app`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from app.kernel.actor import Actor
from config.settings import Settings, command_settings
from tenants.facts import TenantFacts


class SendMail(Protocol):
    """`app.mail.send.send_mail`: enqueue one mail in the actor's transaction."""

    def __call__(
        self, by: Actor, *, to: str, template: str, values: dict[str, object], language: str
    ) -> UUID:
        """Render and enqueue the mail; the answer is the job's id."""


class _Outside:
    """The two things that were handed over."""

    settings: Settings | None = None
    send_mail: SendMail | None = None


def connect(given: Settings, send_mail: SendMail) -> None:
    """Hand over the service's settings and the way to send mail; start-up calls it."""
    _Outside.settings = given
    _Outside.send_mail = send_mail


def send(by: Actor, *, to: str, template: str, language: str, **values: object) -> None:
    """Send one of identity's mails, named by the folder of its template."""
    if _Outside.send_mail is None:
        raise RuntimeError("Identity was not connected to a way of sending mail.")
    known: Mapping[str, object] = {"workspace": by.tenant.name, **values}
    _Outside.send_mail(
        by, to=to, template=f"identity/{template}", values=dict(known), language=language
    )


def settings() -> Settings:
    """The service's settings; those of the environment where none were handed over."""
    return _Outside.settings or command_settings()


def workspace_url(tenant: TenantFacts, path: str = "") -> str:
    """The address of a page of the workspace, from the settings and never from the request."""
    return settings().workspace_url(tenant.slug) + path
