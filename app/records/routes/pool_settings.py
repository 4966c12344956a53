"""The settings of the pools: what they hide, with their caps, rules and figures."""

from __future__ import annotations

from functools import partial

from flask import Response, request

from app.identity.routes.asking import show, submit, typed
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.access import readable_fields
from app.records.fields import Field
from app.records.pages.pool_rules import shown_rules
from app.records.pages.pool_settings import shown_caps, shown_figures, who_sees_all
from app.records.pool.choose import MANAGE, can_hide, change_choice
from app.records.pool.policy import choice_of
from app.records.pool.reading import written_by_others
from app.records.routes.blueprint import blueprint
from app.records.routes.pool_asked import URL, pooled_types, type_asked, url_of
from app.records.types import RecordType
from app.web import current
from app.web.access import access
from app.web.formats import formats
from app.web.render import see_other
from app.web.toasts import toast

PAGE = "records/pool.html"


@blueprint.get(URL)
@access(permission=MANAGE)
def show_pool() -> Response:
    """What was decided of the pool of one type."""
    by = current.actor()
    record_type = type_asked(by)
    before = {"hold_days": str(choice_of(record_type, by).hold_days)}
    return show(PAGE, _shown(record_type), typed=before)


@blueprint.post(URL)
@access(permission=MANAGE)
def save_pool() -> Response:
    """Decide it anew."""
    by = current.actor()
    record_type = type_asked(by)

    def work() -> Response:
        shown = set(request.form.getlist("shown"))
        offered = [one.key for one in _hideable(record_type, by)]
        hidden = {one for one in offered if one not in shown}
        # What was hidden stays so where who decides may not see the field themselves.
        hidden |= choice_of(record_type, by).hidden - set(offered)
        change_choice(by, record_type.key, hidden=hidden, hold_days=typed("hold_days"))
        toast(_("Saved."))
        return see_other(url_of(record_type))

    return submit(work, PAGE, partial(_shown, record_type))


def _hideable(record_type: RecordType, by: Actor) -> list[Field]:
    """The fields that there is a choice about; some the pool never shows."""
    never = written_by_others(record_type)
    fields = (one for one in readable_fields(record_type, by) if one.key not in never)
    return [one for one in fields if can_hide(record_type, one.key)]


def _shown(record_type: RecordType) -> dict[str, object]:
    by = current.actor()
    hidden = choice_of(record_type, by).hidden
    if request.method == "POST":
        ticked = request.form.getlist("shown")
        hidden = frozenset(one.key for one in _hideable(record_type, by) if one.key not in ticked)
    return {
        "url": URL,
        "record_type": record_type,
        "types": pooled_types(by),
        "fields": _hideable(record_type, by),
        "hidden": hidden,
        "roles_who_see_all": formats(by).listed(who_sees_all(record_type, by)),
        "caps": shown_caps(record_type, by),
        "rules": shown_rules(record_type, by),
        **shown_figures(record_type, by),
    }
