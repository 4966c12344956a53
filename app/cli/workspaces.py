"""Opens one workspace for a command, with the service acting in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from app.identity.models import User
    from app.kernel.actor import Actor


@contextmanager
def workspace(slug: str) -> Iterator[Actor]:
    """The service acting in the workspace `slug`, committed at the end; refusals are sentences."""
    from sqlalchemy import select

    from app.cli.application import command_app
    from app.kernel import clock
    from app.kernel.actor import service_actor
    from app.kernel.errors import Answer
    from tenants.control import Tenant
    from tenants.database import control_session
    from tenants.scope import tenant_scope

    app, _settings = command_app()
    with app.app_context():
        with control_session() as session:
            tenant = session.scalar(select(Tenant).where(Tenant.slug == slug))
            facts = tenant.facts() if tenant is not None and tenant.state != "erased" else None
        if facts is None:
            raise CommandError(f"There is no workspace with the slug {slug!r}.")
        try:
            with tenant_scope(facts) as scope:
                yield service_actor(scope, facts, clock.now(), via="command")
        except Answer as answer:
            reasons = dict.fromkeys(str(reason) for reason in answer.errors.values())
            raise CommandError(str(answer.message) or " ".join(reasons)) from answer


def user_called(by: Actor, email: str) -> User:
    """The user with this e-mail in the workspace, or one clear sentence."""
    from app.identity.operations.users import find_by_email

    user = find_by_email(by.session, email)
    if user is None:
        raise CommandError(f"Nobody in {by.tenant.slug!r} has the e-mail {email!r}.")
    return user
