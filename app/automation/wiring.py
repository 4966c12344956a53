"""Automation handed over to the application: the way to the inbox of approvals."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask

from app.automation.approvals.facts import known
from app.identity.actors import APPROVALS
from app.kernel.actor import Actor
from app.kernel.language import _
from app.web.shell import Group, Link, Shell


def wire(app: Flask) -> None:
    """Let the rail lead to what waits for approval, where the workspace holds anything back."""
    shell: Shell = app.extensions["shell"]
    shell.rail.append(_rail)


def _rail(by: Actor) -> Iterable[Group]:
    count = int(by.session.info.get(APPROVALS) or 0)
    if not count and not known(by).is_any:
        return
    told = str(count) if count else None
    link = Link("/approvals", "rubber-stamp", _("Approvals"), count=told, hot=bool(count))
    yield Group(None, [link])
