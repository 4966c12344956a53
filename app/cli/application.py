"""Builds the application for a command, whose answer goes to standard output and logs elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from uuid import UUID

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from config.settings import Settings


def command_app(*, for_jobs: bool = False, logs_to_stdout: bool = False) -> tuple[Flask, Settings]:
    """The application and its settings; what the environment lacks is said in one sentence."""
    from app import create_app
    from app.jobs.collecting import collect_seldom
    from config.logging import configure_logging
    from config.settings import SettingsError, load_settings

    try:
        settings = load_settings()
    except SettingsError as error:
        raise CommandError(str(error)) from error
    app = create_app(settings, for_jobs=for_jobs)
    if for_jobs:
        collect_seldom()
    if not logs_to_stdout:
        configure_logging(settings, sys.stderr)
    return app, settings


def tenant_id_of(session: Session, slug: str) -> UUID:
    """The id of the workspace with this slug, or one clear sentence."""
    from sqlalchemy import select

    from tenants.control import Tenant

    found = session.scalar(select(Tenant.id).where(Tenant.slug == slug))
    if found is None:
        raise CommandError(f"There is no workspace with the slug {slug!r}.")
    return found
