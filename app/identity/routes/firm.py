"""The settings of the firm itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from app.identity.operations.firm import (
    FACTS,
    MANAGE,
    FirmWish,
    change_firm,
    firm_of,
    may_change_currency,
)
from app.identity.routes.asking import again, show, typed
from app.identity.routes.blueprint import blueprint
from app.identity.zones import areas
from app.kernel.countries import countries
from app.kernel.currencies import CODES, FIRST, names
from app.kernel.errors import Answer, Conflict
from app.kernel.language import NATIVE_NAMES, OFFERED, _
from app.kernel.language import current as language_in_use
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

PLACE = "/settings/workspace"
FORM = "identity/firm.html"


@blueprint.get(PLACE)
@access(permission=MANAGE)
def firm() -> Response:
    """What stands."""
    stands = firm_of(current.actor())
    return show(FORM, _shown(stands), typed=stands)


@blueprint.post(PLACE)
@access(permission=MANAGE)
def save_firm() -> Response:
    """Change it for everybody."""
    by = current.actor()
    was = {key: request.form[f"was_{key}"] for key in FACTS if f"was_{key}" in request.form}
    wish = FirmWish(**{key: typed(key) or _kept(key) for key in FACTS}, was=was)
    try:
        change_firm(by, wish)
    except Conflict as answer:
        # What the others made of it is told beside each field, so who sends it again means it.
        return again(FORM, answer, _shown(firm_of(by)))
    except Answer as answer:
        return again(FORM, answer, _shown({**firm_of(by), **was}))
    toast(_("Saved."))
    return see_other(PLACE)


def _kept(key: str) -> str:
    """What stands, for a field that the form does not offer; an empty name is a mistake."""
    return "" if key == "name" else str(getattr(current.tenant(), key))


def _shown(was: Mapping[str, str]) -> dict[str, Any]:
    by, language = current.actor(), language_in_use()
    called = names(language)
    order = [*FIRST, *sorted(CODES - set(FIRST))]
    if not may_change_currency(by):
        order = [by.tenant.currency]
    return {
        "languages_offered": [(one, NATIVE_NAMES[one]) for one in OFFERED],
        "areas": areas(language, by.today()),
        "countries": list(countries(language).items()),
        "currencies": [(code, f"{code} · {called.get(code, code)}") for code in order],
        "is_fixed": len(order) == 1,
        "was": was,
        "may": by.may,
    }
