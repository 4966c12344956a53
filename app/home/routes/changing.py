"""What the form of an editor asks for: an order, names, widths, one more, or one less.

Every button is a submit of the whole form, so that it works without script; what stands on the
Home and not in the form (put there in another window) stays behind the others.
"""

from __future__ import annotations

from dataclasses import replace

from werkzeug.datastructures import MultiDict

from app.home.operations.homes import Arrangement
from app.home.operations.wishes import fitting, named_so
from app.home.placed import FULL, HALF, MOST, ROWS, Placed, fresh_id
from app.identity.models import Role
from app.kernel.actor import Actor
from app.kernel.errors import Answer, Refused
from app.kernel.language import _
from app.kernel.whole import whole

Form = MultiDict[str, str]


def changed(before: Arrangement, form: Form, by: Actor, role: Role | None) -> tuple[Placed, ...]:
    """The widgets as the form wants them; Refused for a name that is too long, or one too many."""
    standing = {one.id: one for one in before.widgets}
    named = [one for one in dict.fromkeys(form.getlist("id")) if one in standing]
    order = [*named, *(one for one in standing if one not in named)]
    order = _stepped(order, form)
    gone = form.get("remove", "")
    found = [_typed(standing[one], form) for one in order if one != gone]
    asked = form.get("add", "")
    if asked:
        if len(found) >= MOST:
            raise Refused(_("A Home has at most %(most)s widgets.", most=MOST))
        wish = fitting(wished(asked), by, role)
        if all(one.what != wish.what for one in found):
            found.append(wish)
    return tuple(found)


def wished(asked: str) -> Placed:
    """The widget that a button adds: `report:<id>`, `list:account?owner_id=me`."""
    kind, _mark, rest = asked.partition(":")
    of, _mark, query = rest.partition("?")
    return Placed(fresh_id(), kind, of[:80], query=query)


def is_of_name(answer: Answer) -> bool:
    """True of what is said beside the name of a widget, and so not above them all."""
    return any(key.startswith("name-") for key in answer.errors)


def _stepped(order: list[str], form: Form) -> list[str]:
    """The order with one of them a place further up or down."""
    for step, name in ((-1, "up"), (1, "down")):
        moved = form.get(name, "")
        if moved in order:
            at = order.index(moved)
            order.insert(max(at + step, 0), order.pop(at))
    return order


def _typed(one: Placed, form: Form) -> Placed:
    """A widget with the name, the width and the rows that the form gives it."""
    if f"name-{one.id}" in form:
        one = _named(one, form[f"name-{one.id}"])
    asked, _mark, width = form.get("width", "").partition(":")
    if asked == one.id and width in (HALF, FULL):
        one = replace(one, is_wide=width == FULL)
    rows = whole(form.get(f"rows-{one.id}", ""))
    return replace(one, rows=rows) if rows in ROWS else one


def _named(one: Placed, name: str) -> Placed:
    try:
        return named_so(replace(one, name=name))
    except Refused as refused:  # Beside its own field, of which there are many.
        raise Refused(refused.message, field=f"name-{one.id}") from None
