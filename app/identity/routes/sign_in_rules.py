"""The settings of what is asked of whoever signs in."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.identity.operations import sign_in_rules as operations
from app.identity.operations.roles import list_roles
from app.identity.operations.sign_in_rules import MANAGE
from app.identity.passwords import MINIMUM
from app.identity.routes.asking import label_of, show, submit, typed
from app.identity.routes.blueprint import blueprint
from app.identity.sign_in_rules import ALL, BY_ROLE, FREE, Rules
from app.kernel.ids import parse_id
from app.kernel.language import _, ngettext
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

PLACE = "/settings/sign-in"
FORM = "identity/sign_in_rules.html"
PLAIN = ("password_length", "two_factor", "grace_days", "idle_hours", "longest_days")


@blueprint.get(PLACE)
@access(permission=MANAGE)
def show_sign_in_rules() -> Response:
    """What holds, and how far people are with the second step."""
    rules = operations.rules(current.actor())
    stands = {key: str(getattr(rules, key)) for key in PLAIN}
    return show(FORM, _shown(), typed=stands)


@blueprint.post(PLACE)
@access(permission=MANAGE)
def save_sign_in_rules() -> Response:
    """Decide it anew, for everybody."""

    def work() -> Response:
        wished = Rules(
            password_length=_number("password_length"),
            two_factor=typed("two_factor"),
            two_factor_roles=frozenset(
                one for text in request.form.getlist("role") if (one := parse_id(text))
            ),
            grace_days=_number("grace_days"),
            idle_hours=_number("idle_hours"),
            longest_days=_number("longest_days"),
        )
        operations.change_rules(current.actor(), wished)
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, FORM, _shown)


def _number(name: str) -> int:
    """The whole number in a field; -1, which no rule takes, for anything else."""
    text = typed(name).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _shown() -> dict[str, Any]:
    by = current.actor()
    rules = operations.rules(by)
    sent = request.form.getlist("role") if request.method == "POST" else None
    chosen = set(sent) if sent is not None else {str(one) for one in rules.two_factor_roles}
    days = [
        (str(n), ngettext("%(n)s day", "%(n)s days", n) if n else _("None: at once"))
        for n in operations.GRACE_DAYS
    ]
    hours = [(str(n), _span(n)) for n in operations.IDLE_HOURS]
    return {
        "url": PLACE,
        "asked": [
            (FREE, _("Everybody decides for themselves")),
            (BY_ROLE, _("People of these roles must")),
            (ALL, _("Everybody must")),
        ],
        "roles": [(str(one.id), label_of(one), str(one.id) in chosen) for one in list_roles(by)],
        "days": days,
        "hours": hours,
        "longest": [
            (str(n), ngettext("%(n)s day", "%(n)s days", n)) for n in operations.LONGEST_DAYS
        ],
        "least": MINIMUM,
        "most": operations.LONGEST_PASSWORD,
        "standing": operations.standing(by),
    }


def _span(hours: int) -> str:
    if hours % 24 == 0:
        return str(ngettext("%(n)s day", "%(n)s days", hours // 24))
    return str(ngettext("%(n)s hour", "%(n)s hours", hours))
