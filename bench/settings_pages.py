"""The pages of the settings, each as the owner of a workspace opens it."""

from __future__ import annotations

from bench.asking import measure
from bench.figures import Figure, Limit
from bench.service import Service, sign_in
from bench.surroundings import Workspace

SETTINGS = Limit(floor=60)
PAGES = (
    "",
    "/me",
    "/workspace",
    "/people",
    "/roles",
    "/sign-in",
    "/modules",
    "/fields",
    "/audit",
    "/usage",
    "/billing",
    "/leaving",
    "/support",
)


def run(_measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench."""
    owner = sign_in(web)
    return [
        measure(
            f"/settings{page}",
            web,
            [owner.write("GET", f"/settings{page}")],
            limit=SETTINGS,
            at_once=False,
        )
        for page in PAGES
    ]
