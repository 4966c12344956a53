"""Refusals and failures: a page, a part for htmx, or a JSON problem (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import Response, current_app, g, jsonify, request
from markupsafe import Markup, escape

from app.kernel.errors import Answer
from app.kernel.language import Text, _
from app.web import current
from app.web.render import is_htmx, page
from app.web.toasts import toast

TITLES: Mapping[int, Text] = {
    400: _("This request could not be understood"),
    401: _("Please sign in"),
    402: _("Your plan does not allow more"),
    403: _("You may not do this"),
    404: _("There is nothing here"),
    405: _("This can't be done here"),
    409: _("Somebody was faster"),
    412: _("Somebody was faster"),
    413: _("This is too large"),
    415: _("This kind of content is not accepted"),
    422: _("Please check what you entered"),
    429: _("Too many attempts"),
    500: _("Something went wrong on our side"),
    503: _("We are not reachable at the moment"),
    504: _("The answer has not come yet"),
    507: _("There is no space left"),
}
TEXTS: Mapping[int, Text] = {
    400: _("Go back, load the page again and retry."),
    401: _("Your session has ended. Sign in again to go on."),
    403: _("Your role does not allow this. Ask an administrator of your workspace."),
    404: _("The page was moved or deleted, or you may not see it."),
    405: _("Go back and try another way."),
    413: _("Send less at once, or a smaller file."),
    415: _("Send JSON or a form."),
    429: _("Wait a little and try again."),
    500: _("It was recorded and nothing was changed. Try again in a moment."),
    503: _("Nothing is lost. Try again in a moment."),
}

# What is told to a program in place of it: it has no session and can't go back.
TEXTS_FOR_PROGRAMS: Mapping[int, Text] = {
    401: _("Send a valid API token in the Authorization header."),
}

# What is open while a workspace is suspended, for who may: the start page is not.
WHILE_SUSPENDED = (
    (("billing", "manage"), "/settings/billing", _("Plan and bill")),
    (("takeout", "make"), "/settings/leaving", _("Take everything with you")),
)

# The address of something that is asked of a record; where it refuses, its page is the way back.
ON_A_RECORD = re.compile(r"\A(/[a-z-]+/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/.")
REFUSED_THERE = (403, 409, 422)

WayOut = tuple[str, Text]  # Where a button posts to, and what stands on it.


def wants_json() -> bool:
    """True when a program is calling, so that a JSON problem is the answer."""
    return request.path.startswith("/api/") and not is_documentation(request.path)


def is_documentation(path: str) -> bool:
    """True for the pages that tell people of the API."""
    return f"{path}/".startswith("/api/docs/")


def problem(
    status: int,
    detail: Text | str = "",
    errors: Mapping[str, Text | str] | None = None,
    headers: Mapping[str, str] | None = None,
    way_out: WayOut | None = None,
    heading: Text | None = None,
) -> Response:
    """The answer for a refusal or a failure, in the reader's language and the caller's form.

    `way_out` is a button that takes away what stands against it; `heading` heads the page in place
    of what the status says.
    """
    title = TITLES.get(status, TITLES[500])
    text = str(detail) or str(TEXTS.get(status, ""))
    if wants_json():
        told = str(detail) or str(TEXTS_FOR_PROGRAMS.get(status, text))
        response = _json_problem(status, title, told, errors or {})
    elif is_htmx():
        response = _htmx_problem(status, text or str(title), way_out)
    else:
        response = _page_problem(status, heading or _heading(status), text, way_out)
    response.headers.extend(dict(headers or {}))
    return response


def from_answer(answer: Answer, status: int | None = None) -> Response:
    """The answer for a domain error that no route turned into a form."""
    status = status or answer.status
    return problem(
        status, answer.message, answer.errors, way_out=answer.way_out, heading=answer.title
    )


def _json_problem(
    status: int, title: Text, detail: str, errors: Mapping[str, Text | str]
) -> Response:
    body: dict[str, object] = {"type": "about:blank", "title": str(title), "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = [{"field": key, "message": str(text)} for key, text in errors.items()]
    if status >= 500 and g.get("request_id"):
        body["request_id"] = g.request_id
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _htmx_problem(status: int, text: str, way_out: WayOut | None) -> Response:
    """A message out of band; the part of the page that was to be replaced stays."""
    url, label = way_out or (None, None)
    toast(text, kind="bad", undo_url=url, undo_label=label)
    return page("_problem.html", "problem", status=status)


def _page_problem(status: int, title: Text, text: str, way_out: WayOut | None) -> Response:
    return page(
        "error.html",
        status=status,
        code=status,
        title=str(title),
        text=with_link(text),
        actions=_ways_on(status),
        way_out=way_out,
        request_id=g.get("request_id") if status >= 500 else None,
    )


def with_link(text: str) -> str:
    """The text, with the service's address as a link where it names it."""
    email: str = current_app.extensions["settings"].provider_email
    if not email or email not in text:
        return text
    link = Markup('<a href="mailto:{0}">{0}</a>').format(email)
    return escape(text).replace(escape(email), link)


def _heading(status: int) -> Text:
    """What the page of a status is headed by: who only followed a link entered nothing."""
    is_link = status == 422 and request.method == "GET" and ON_A_RECORD.match(request.path)
    return TITLES[405] if is_link else TITLES.get(status, TITLES[500])


def _ways_on(status: int) -> list[dict[str, str]]:
    """Links to where whoever reads this can go on."""
    tenant, by = g.get("tenant"), current.actor_or_none()
    if tenant is None or by is None or not tenant.is_suspended:
        start = {"url": "/", "label": str(_("Go to the start page"))}
        asked = ON_A_RECORD.match(request.path) if by and status in REFUSED_THERE else None
        return [{"url": asked[1], "label": str(_("Back"))}, start] if asked else [start]
    return [
        {"url": url, "label": str(label)}
        for permission, url, label in WHILE_SUSPENDED
        if by.may(*permission)
    ]
