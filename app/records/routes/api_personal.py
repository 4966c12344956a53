"""What is personal, for programs: one's own settings, notices, and work in the background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from app.identity.models import User
from app.identity.news import KINDS, Line, lines
from app.identity.operations import news_mail, notices, users
from app.identity.outside import workspace_url
from app.identity.routes.paging import asked_place, cut
from app.jobs.progress import Work, cancel_work, find_work, works_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing, NotPermitted, Refused
from app.kernel.language import _
from app.records.api.asked import read_page, refuse_arguments
from app.records.api.inputs import demand_all_scopes, ids_of, text_of
from app.records.api.shape import Reply, dumps
from app.records.openapi import personal as told
from app.records.openapi.described import described
from app.records.routes.api import blueprint, send
from app.records.routes.sent import Body, body_of, once
from app.records.values import as_json
from app.web import current
from app.web.access import Who, access

KNOWN = ("name", "language", "zone", "news", "mails", "digest_time")


@blueprint.get("/me")
@described("get_me", told.ME, **told.OWN)
@access(who=Who.TOKEN)
def show_me() -> Response:
    """The person whose token this is, and what they have settled for themselves."""
    _by, user = _myself()
    refuse_arguments(list(request.args))
    return send(Reply(200, dumps(_person(user))))


@blueprint.patch("/me")
@described("update_me", told.ME, sends=told.CHANGE, **told.OWN)
@access(who=Who.TOKEN)
def change_me() -> Response:
    """Change name, language, zone, and of which news one is told how; not what one signs in by."""
    by, user = _myself()
    body = body_of(KNOWN)
    users.update_profile(
        by,
        user,
        name=text_of(body, "name", user.name),
        phone=user.phone or "",
        language=_choice(body, "language", user.language),
        zone=_choice(body, "zone", user.zone),
    )
    if "news" in body:
        notices.choose_news(by, user, _wanted(body["news"]))
    if "mails" in body or "digest_time" in body:
        ways = {**user.mailed, **_ways(body.get("mails", {}))}
        at = text_of(body, "digest_time", user.digest_time or "")
        news_mail.choose_mails(by, user, ways, at)
    return send(Reply(200, dumps(_person(user))))


@blueprint.get("/notices")
@described("list_notices", told.NOTICES, **told.LISTED)
@access(who=Who.TOKEN)
def list_notices() -> Response:
    """One page of the caller's notices, the newest first.

    They are in words that tell no more than the caller may read now.
    """
    by, _user = _myself()
    limit = read_page(request.args, ("unread", "cursor"))
    before = asked_place(request.args)
    found = notices.notices_of(by, limit + 1, unread=_flag("unread"), before=before)
    shown, following = cut(found, limit, lambda one: one.at)
    data = [_notice(one, by) for one in lines(list(shown), by)]
    return send(Reply(200, dumps({"data": data, "next": following})))


@blueprint.post("/notices/read")
@described(
    "read_notices", told.NOTICES, told.UNREAD, sends=told.READ, is_repeatable=True, **told.OFFERED
)
@access(who=Who.TOKEN)
def read_notices() -> Response:
    """Mark the notices that are named as read, or all of them; what is left unread is counted."""
    by, _user = _myself()

    def work(body: Body) -> Reply:
        named = ids_of(body, "ids")
        if named is None:
            notices.read_all(by)
        else:
            notices.read_these(by, named)
        return Reply(200, dumps({"unread": notices.count_open(by)}))

    return once(work, ("ids",))


@blueprint.get("/work")
@described("list_work", told.WORK, **told.WORKS)
@access(who=Who.TOKEN)
def list_own_work() -> Response:
    """One page of the caller's own long work of the last 30 days, the latest first."""
    by, _user = _myself()
    limit = read_page(request.args, ("under_way", "cursor"))
    before = asked_place(request.args)
    found = works_of(by, limit + 1, under_way=_flag("under_way"), before=before)
    shown, following = cut(found, limit, lambda one: one.created_at)
    return send(Reply(200, dumps({"data": [_work(one, by) for one in shown], "next": following})))


@blueprint.get("/work/<uuid:work_id>")
@described("get_work", told.WORK, **told.OF_WORK)
@access(who=Who.TOKEN)
def show_own_work(work_id: UUID) -> Response:
    """How far one of the caller's works is."""
    by, _user = _myself()
    refuse_arguments(list(request.args))
    return send(Reply(200, dumps(_work(_found(work_id, by), by))))


@blueprint.post("/work/<uuid:work_id>/cancel")
@described("cancel_work", told.WORK, is_repeatable=True, **told.OF_WORK)
@access(who=Who.TOKEN)
def stop_own_work(work_id: UUID) -> Response:
    """Stop one's own work where it stands; what is done stays."""
    by, _user = _myself()

    def work(_body: Body) -> Reply:
        found = _found(work_id, by)
        if not cancel_work(work_id, by):
            raise Refused(_("It has come to its end already, or can't be stopped."))
        return Reply(200, dumps(_work(found, by)))

    return once(work)


def _myself() -> tuple[Actor, User]:
    """The caller and their row; NotPermitted where a token is narrowed or is of no person."""
    by = current.actor()
    demand_all_scopes(by)
    user = by.session.get(User, by.user_id) if by.user_id else None
    if user is None:
        raise NotPermitted(_("Your role does not allow this."))
    return by, user


def _found(work_id: UUID, by: Actor) -> Work:
    found = find_work(work_id, by)
    if found is None:
        raise Missing(_("There is no such page."))
    return found


def _flag(name: str) -> bool:
    text = request.args.get(name, "false")
    if text not in ("true", "false"):
        raise Refused(_("This must be yes or no."), field=name)
    return text == "true"


def _choice(body: Body, key: str, before: str | None) -> str:
    """What is chosen, "" for the workspace's own, which null means."""
    if key not in body:
        return before or ""
    return "" if body[key] is None else text_of(body, key)


def _wanted(raw: Any) -> list[str]:
    if not isinstance(raw, list) or any(one not in KINDS for one in raw if isinstance(one, str)):
        raise Refused(_("This is not one of the values to choose from."), field="news")
    if not all(isinstance(one, str) for one in raw):
        raise Refused(_("This is not one of the values to choose from."), field="news")
    return raw


def _ways(raw: Any) -> Mapping[str, str]:
    is_known = isinstance(raw, dict) and all(
        kind in KINDS and isinstance(way, str) and way in news_mail.WAYS
        for kind, way in raw.items()
    )
    if not is_known:
        raise Refused(_("This is not one of the values to choose from."), field="mails")
    found: Mapping[str, str] = raw
    return found


def _person(user: User) -> dict[str, Any]:
    return {
        "id": str(user.id),
        "name": user.name,
        "email": user.email,
        "phone": user.phone,
        "language": user.language,
        "zone": user.zone,
        "role_id": str(user.role_id),
        "team_id": str(user.team_id) if user.team_id else None,
        "news": [kind for kind in KINDS if kind not in user.muted],
        "mails": {kind: user.mailed.get(kind, news_mail.NEVER) for kind in KINDS},
        "digest_time": user.digest_time or news_mail.USUAL_TIME,
    }


def _notice(line: Line, by: Actor) -> dict[str, Any]:
    one = line.notice
    return {
        "id": str(one.id),
        "text": line.text,
        "url": workspace_url(by.tenant, one.url),
        "at": as_json(one.at),
        "read_at": as_json(one.read_at),
        "record_type": one.record_type,
        "record_id": str(one.record_id) if one.record_id else None,
        "kinds": one.kinds or [],
    }


def _work(work: Work, by: Actor) -> dict[str, Any]:
    return {
        "id": str(work.id),
        "kind": work.kind,
        "title": work.title,
        "state": str(work.state),
        "done": work.done,
        "total": work.total,
        "error": work.error,
        "url": workspace_url(by.tenant, work.url) if work.url else None,
        "is_cancellable": work.is_cancellable and work.is_under_way,
        "created_at": as_json(work.created_at),
        "finished_at": as_json(work.finished_at),
    }
