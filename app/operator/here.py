"""What the operator's routes know of the running request."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request

from app.operator.sessions import (
    HalfSignedIn,
    SignedInOperator,
    find_half,
    find_operator,
    token_of,
)
from app.web import current
from config.settings import Settings


def settings() -> Settings:
    """The settings of the running application."""
    return cast("Settings", current_app.extensions["settings"])


def wants_second_step() -> bool:
    """True where operators need a second step; the demo's does not."""
    return settings().operator_two_factor and not settings().is_demo


def half() -> HalfSignedIn | None:
    """Whose password was right, while the second step is still to come."""
    return find_half(token_of(request, settings()), current.moment())


def operator() -> SignedInOperator | None:
    """The operator who is signed in, looked up once a request; None for everybody else."""
    if "operator" not in g:
        g.operator = find_operator(token_of(request, settings()), current.moment())
    found: SignedInOperator | None = g.operator
    return found
