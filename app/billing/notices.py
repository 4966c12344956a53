"""Telling those who look after the plan how near a limit is, once for each mark."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.billing.usage import FULL, Use, uses
from app.identity.actors import actor_for
from app.identity.models import User
from app.identity.operations.notices import tell
from app.identity.usage.models import UsageNotice
from app.kernel.actor import Actor
from app.kernel.ids import new_id
from app.kernel.language import gettext, using

MANAGE = ("billing", "manage")
PLAN, USAGE = "/settings/billing", "/settings/usage"


def tell_of_limits(by: Actor) -> list[str]:
    """Tell of each limit that passed 80 or 100 % since the last time; answers with their names.

    What went below again is forgotten, so that passing it once more is told once more.
    """
    known = {one.kind: one for one in by.session.scalars(select(UsageNotice).with_for_update())}
    news = []
    for use in uses(by):
        kept = known.get(use.limit.value)
        if use.nearness == 0:
            if kept is not None:
                by.session.delete(kept)
        elif kept is None:
            made = UsageNotice(id=new_id(), kind=use.limit.value)
            made.percent, made.told_at = use.nearness, by.now
            by.session.add(made)
            news.append(use)
        else:
            if use.nearness > kept.percent:
                news.append(use)
            kept.percent, kept.told_at = use.nearness, by.now
    if news:
        _tell(by, news)
    return [one.limit.value for one in news]


def keepers(by: Actor) -> Iterable[User]:
    """The people who look after plan and bill: the owners, and whose role allows it."""
    for user in by.session.scalars(select(User).where(User.is_active).order_by(User.id)):
        if actor_for(by.session, by.tenant, user, by.now, "job").may(*MANAGE):
            yield user


def _tell(by: Actor, news: Iterable[Use]) -> None:
    for user in keepers(by):
        with using(user.language or by.tenant.language):
            for use in news:
                tell(by, user.id, _line(use, by), url=USAGE, icon="gauge")


def _line(use: Use, by: Actor) -> str:
    values = {
        "what": str(use.label),
        "used": use.written(by, use.used),
        "most": use.written(by, use.most or 0),
    }
    if use.nearness == FULL:
        return gettext("%(what)s: %(used)s of %(most)s, the limit of your plan.", **values)
    return gettext("%(what)s: %(used)s of %(most)s, more than 80 %% of your plan.", **values)
