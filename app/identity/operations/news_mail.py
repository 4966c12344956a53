"""News by mail: at once, or what is unread in one mail a day, as each person has chosen.

What a mail has told is marked in the transaction that enqueues it, so that it is told once however
often a worker dies. Its words are those of the bell, by what the reader may read at that moment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Text, cast, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.identity import outside
from app.identity.actors import actor_for
from app.identity.models import Notice, User
from app.identity.news import KINDS, Line, lines
from app.identity.operations.guard import require_writable
from app.identity.operations.news_stop import stop_url
from app.jobs.enqueue import enqueue
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _, using
from app.web.formats import formats

NEVER, ONCE, DAILY = "never", "once", "daily"
WAYS = (NEVER, ONCE, DAILY)
USUAL_TIME = "08:00"
STAMP = "mail_news"  # Drawn when somebody first wants news mailed at once, and never again.
MAIL_NEWS, MAIL_DIGEST = "mail_news", "mail_digest"
MOST = 50  # Lines of one mail; the bell has the others.
SATURDAY = 5
AHEAD = timedelta(days=4)  # Over a weekend; a daily job sees to what comes later or was lost.


def choose_mails(by: Actor, user: User, ways: Mapping[str, str], at: str) -> None:
    """Keep which kinds of news are mailed, and at which time of the person's day the daily mail is.

    What is unread already is not mailed any more. Refused for a way or a time that is none.
    """
    require_writable(by)
    if any(kind not in KINDS or way not in WAYS for kind, way in ways.items()):
        raise Refused(_("This is not one of the values to choose from."))
    _time(at or USUAL_TIME)
    chosen = {kind: way for kind, way in ways.items() if way != NEVER}
    if chosen == user.mailed and (at or USUAL_TIME) == (user.digest_time or USUAL_TIME):
        return
    user.mailed, user.digest_time = chosen, at or None
    unread = (Notice.user_id == user.id, Notice.read_at.is_(None), Notice.mailed_at.is_(None))
    by.session.execute(update(Notice).where(*unread).values(mailed_at=by.now))
    if ONCE in chosen.values() and stamps.stamp(by.session, STAMP) is None:
        stamps.draw(by.session, STAMP)
    plan_digest(by, user)


def plan_digest(by: Actor, user: User) -> None:
    """Say when somebody's next daily mail is due, and enqueue it; none where they want none."""
    user.digest_at = next_digest(user, by) if DAILY in user.mailed.values() else None
    if user.digest_at is not None:
        _enqueue(by, user.id, user.digest_at)


def next_digest(user: User, by: Actor) -> datetime:
    """The next time at which somebody's daily mail is due: Monday to Friday, in their own zone."""
    zone = ZoneInfo(user.zone or by.tenant.zone)
    at = _time(user.digest_time or USUAL_TIME)
    day = by.now.astimezone(zone).date()
    while True:
        moment = datetime.combine(day, at, zone)
        if moment > by.now and day.weekday() < SATURDAY:
            return moment
        day += timedelta(days=1)


def mail_soon(by: Actor) -> None:
    """See to the mails of what was just told, where anybody wants news mailed at once."""
    if stamps.stamp(by.session, STAMP) is not None:
        enqueue(by, MAIL_NEWS, {}, key=MAIL_NEWS)


def mail_news(by: Actor) -> None:
    """Mail what people want to hear of at once; what was mailed before is not mailed again."""
    wants = User.mailed.op("@>", is_comparison=True)
    people = by.session.scalars(
        select(User).where(User.is_active, or_(*(wants({kind: ONCE}) for kind in KINDS)))
    ).all()
    for user in people:
        _mail(by, user, ONCE)


def mail_digest(by: Actor, user_id: UUID) -> None:
    """Mail one person what is unread since the last mail, when that is due, and plan the next."""
    locked = select(User).where(User.id == user_id).with_for_update(of=User)
    user = by.session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if user is None or user.digest_at is None or user.digest_at > by.now:
        return
    if user.is_active:
        _mail(by, user, DAILY)
    plan_digest(by, user)


def arm_digests(by: Actor) -> None:
    """Enqueue the daily mails that are near or late, in case that their jobs were lost."""
    near = select(User.id, User.digest_at).where(User.digest_at < by.now + AHEAD)
    for user_id, at in by.session.execute(near).all():
        if at is not None:
            _enqueue(by, user_id, at)


def _mail(by: Actor, user: User, way: str) -> None:
    """Mail one person the unread news of the kinds that they have mailed so; nothing for none."""
    kinds = [kind for kind, its_way in user.mailed.items() if its_way == way]
    found = _unmailed(by, user.id, kinds)
    if not found:
        return
    language = user.language or by.tenant.language
    reader = actor_for(by.session, by.tenant, user, by.now, "job", language)
    with using(language):
        told = lines(found, reader)
    for one in found:
        one.mailed_at = by.now
    if told:
        _send(by, user, reader, told, language)


def _unmailed(by: Actor, user_id: UUID, kinds: Collection[str]) -> list[Notice]:
    """The unread notices of some kinds that have news since they were mailed, newest first."""
    statement = (
        select(Notice)
        .where(
            Notice.user_id == user_id,
            Notice.read_at.is_(None),
            or_(Notice.mailed_at.is_(None), Notice.mailed_at < Notice.at),
            Notice.kinds.op("&&", is_comparison=True)(cast(list(kinds), ARRAY(Text))),
        )
        .order_by(Notice.at.desc(), Notice.id.desc())
        .with_for_update()
    )
    return list(by.session.scalars(statement))


def _send(by: Actor, user: User, reader: Actor, told: list[Line], language: str) -> None:
    base, stop = outside.workspace_url(by.tenant), stop_url(by, user)
    with using(language):
        when = partial(formats(reader).moment, today=reader.today())
        shown = [
            (one.text, when(one.notice.at), f"{base}/notices/{one.notice.id}")
            for one in told[:MOST]
        ]
    outside.send(
        by,
        to=user.email,
        template="news",
        language=language,
        stop_url=stop,
        name=user.name,
        lines=shown,
        total=len(told),
        more=max(len(told) - MOST, 0),
        settings_url=f"{base}/settings/me#news",
        stop=stop,
    )


def _enqueue(by: Actor, user_id: UUID, at: datetime) -> None:
    key = f"{MAIL_DIGEST}:{user_id}:{at:%Y%m%d%H%M}"
    enqueue(by, MAIL_DIGEST, {"user_id": str(user_id)}, run_at=at, key=key)


def _time(text: str) -> time:
    """A time of day as a control for times sends it; Refused for anything else."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or f"{found:%H:%M}" != text:
        raise Refused(_("Enter a time like 08:00."), field="digest_time")
    return found
