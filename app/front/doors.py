"""The service's front page: what this is, and the way to one's own workspace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, request
from sqlalchemy import select

from app.front.pages.prices import prices
from app.front.pages.promises import promises
from app.identity import outside
from app.kernel.names import initial
from app.web.render import page
from config.settings import Settings
from tenants.control import Tenant
from tenants.database import control_session
from tenants.facts import State

DEMO = ("beifeng", "harbor")
DEMO_PASSWORD = "demo-Zuke-2026"  # noqa: S105 - printed on the demo's front page for everybody.
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


@dataclass(frozen=True, slots=True)
class Door:
    """One workspace that the front page leads to."""

    slug: str
    name: str
    url: str
    logo_initial: str


def front_page() -> Response:
    """The page at the service's own address.

    With `?workspace=` it answers with a link to go on by: the workspace is another host, to which
    the page's policy lets no form lead.
    """
    settings = outside.settings()
    typed = request.args.get("workspace", "").strip()
    slug = slug_of(typed, settings)
    doors = _doors(settings, [slug] if slug else [])
    return page(
        "front/landing.html",
        "find",
        status=404 if typed and not doors else 200,
        typed=typed,
        found=doors[0] if doors else None,
        demo=_doors(settings, DEMO) if settings.is_demo else [],
        demo_password=DEMO_PASSWORD,
        promises=promises(),
        prices=prices(request.args.get("currency", "")),
        service_netloc=urlsplit(settings.base_url).netloc,
    )


def slug_of(typed: str, settings: Settings) -> str | None:
    """The slug that somebody means who typed it, or the whole address of a workspace."""
    text = typed.lower()[:300]
    if "://" in text or "/" in text or "." in text:
        try:
            host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        except ValueError:
            return None
        text = host.removesuffix(f".{settings.service_host}")
    return text if SLUG.match(text) else None


def _doors(settings: Settings, slugs: tuple[str, ...] | list[str]) -> list[Door]:
    """The workspaces among `slugs` that there are, in that order."""
    if not slugs:
        return []
    with control_session() as session:
        rows = session.execute(
            select(Tenant.slug, Tenant.name).where(
                Tenant.slug.in_(slugs), Tenant.state != State.ERASED.value
            )
        ).all()
    found = {row.slug: row.name for row in rows}
    return [
        Door(slug, found[slug], settings.workspace_url(slug), initial(found[slug]))
        for slug in slugs
        if slug in found
    ]
