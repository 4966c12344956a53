"""The edge of a request: host -> tenant -> scope -> person -> rights; commit or roll back; asides.

The tenant must be known before Flask reads its cookie (the salt depends on it), so the request
begins in `open_session` and is admitted before its route runs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Flask, Request, Response, current_app, g, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.identity import sessions
from app.identity.api_limits import TooFast, headers
from app.identity.models import UserSession
from app.identity.operations.preview import end_preview
from app.identity.sign_in_rules import second_step_due
from app.kernel import clock, language
from app.kernel.errors import Answer, Conflict, Held, Missing, NotPermitted, Previewing, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.routes.asking import ask_for
from app.web import toasts
from app.web.access import Access, Side, Who, declared_access
from app.web.fetched import PALETTE, SHORTCUTS
from app.web.forgery import csrf
from app.web.links import safe_path
from app.web.problems import from_answer, problem, wants_json
from app.web.render import is_htmx, see_other
from app.web.uploads import accept_files, drop_drafts
from config.logging import bind_more, bind_request
from config.settings import Settings
from tenants import scope
from tenants.engine import sqlstate
from tenants.facts import TenantFacts
from tenants.resolve import forget, is_service_host, resolve_host

log = logging.getLogger(__name__)

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
OVERTAKEN = ("40P01", "40001")  # Deadlock, serialisation: the second of two changes.
URLENCODED = "application/x-www-form-urlencoded"
DISK_FULL = "53100"
NO_SUCH_ROLE = ("22023", "42704")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


@dataclass(frozen=True, slots=True)
class Edge:
    """The hooks of one application, bound to its settings."""

    settings: Settings

    def begin(self, incoming: Request) -> None:
        """Find the side and the tenant of a request and open its scope; no statement runs yet."""
        g.now = clock.now()
        given = incoming.headers.get("X-Request-ID", "")
        g.request_id = given if REQUEST_ID.match(given) else new_id().hex
        bind_request(g.request_id)
        g.side = g.tenant = g.actor = g.failure = None
        language.use(_visitor_language(incoming))
        if incoming.path.startswith(("/static/", "/healthz", "/readyz", "/metrics")):
            return
        try:
            self._find_tenant(incoming)
        except (DBAPIError, PoolTimeout) as failure:
            g.failure = failure  # Raised once the request stands, so that the answer is a page.

    def _find_tenant(self, incoming: Request) -> None:
        host = incoming.headers.get("Host", "")
        if is_service_host(host, self.settings):
            g.side = Side.SERVICE
            return
        facts = resolve_host(host, self.settings)
        if facts is None:
            return
        g.side, g.tenant = Side.WORKSPACE, facts
        bind_more(tenant=facts.slug, tenant_id=facts.id)
        g.db = scope.enter(facts)
        if not incoming.cookies.get("lang") and "Accept-Language" not in incoming.headers:
            language.use(facts.language)

    def admit(self) -> Response | None:
        """Let a request in, or answer in its place; runs before the route."""
        if g.failure is not None:
            raise g.failure
        declared = self._declared()
        if declared is not None and declared.side is Side.ANY:
            return None
        if g.side is None or (declared is not None and not _is_on_side(declared)):
            raise Missing(_("There is nothing at this address."))
        self._find_person(declared)
        if request.routing_exception is not None or declared is None:
            return None
        if declared.takes_files and g.actor is not None:
            accept_files(g.tenant.id, self.settings, as_one=declared.takes_one)
        if declared.form_fields and g.actor is not None:
            request.max_form_parts = declared.form_fields
        _refuse_too_much()
        _refuse_unstorable()
        return self._check(declared) or _without_second_step(declared)

    def _declared(self) -> Access | None:
        route = current_app.view_functions.get(request.endpoint or "")
        return declared_access(route) if route is not None else None

    def _find_person(self, declared: Access | None) -> None:
        """Who is signed in here: by session in the browser, by token for a program."""
        if g.side is not Side.WORKSPACE:
            return
        by_token = declared is not None and declared.who is Who.TOKEN
        find = sessions.actor_by_token if by_token else sessions.actor_by_cookie
        g.actor = find(request, g.db, g.tenant, g.now)
        if g.actor is None:
            return
        bind_more(user_id=g.actor.user_id)
        if not by_token and not request.cookies.get("lang"):
            language.use(g.actor.language)

    def _check(self, declared: Access) -> Response | None:
        """Sign-in, state of the tenancy, forgery token, permission: in this order."""
        if declared.who is Who.TOKEN:
            if g.actor is None:
                return problem(401, headers={"WWW-Authenticate": 'Bearer realm="zuke"'})
        elif request.method not in SAFE_METHODS and not declared.by_address:
            csrf.protect()
        if declared.who is Who.USER and g.actor is None:
            return _to_sign_in()
        if g.tenant is not None and g.tenant.is_suspended and not declared.while_suspended:
            refused = NotPermitted(_why_suspended(g.tenant, self.settings.provider_email))
            refused.title = _("This workspace is suspended")
            raise refused
        _refuse_support(declared)
        reads_only = request.method in SAFE_METHODS or declared.while_previewing
        if g.actor is not None and g.actor.previews and not reads_only:
            raise Previewing(g.actor.previews.name)
        if declared.permission is not None and not g.actor.may(*declared.permission):
            raise NotPermitted(_("Your role does not allow this."))
        return None

    def finish(self, response: Response) -> Response:
        """Commit a change that was answered with success; every other transaction is undone."""
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if g.get("rates"):
            response.headers.extend(headers(g.rates))
        if 300 <= response.status_code < 400:
            toasts.keep_for_next_page()
        if "db" in g and response.status_code < 400 and request.method not in SAFE_METHODS:
            try:
                g.db.commit()
            except SQLAlchemyError as error:
                return self._not_kept(error)
        return response

    def _not_kept(self, error: SQLAlchemyError) -> Response:
        """The answer where the commit itself failed: what the route said of success is untrue."""
        toasts.forget()
        answer = current_app.make_response(current_app.handle_user_exception(error))
        answer.headers["X-Request-ID"] = g.request_id
        return answer

    def end(self, _error: BaseException | None) -> None:
        """Close the scope, then run what had to wait for the end of the transaction."""
        drop_drafts()
        if g.get("tenant") is not None:
            with suppress(OperationalError):
                scope.leave()
        for work in g.pop("asides", []):
            _run_aside(work)


def _why_suspended(tenant: TenantFacts, write_to: str) -> Text:
    """What whoever asks reads: a bill that is open, or what the operator alone can tell of."""
    if tenant.pay_by is not None:
        return _("This workspace is suspended until its bill is paid.")
    if write_to:
        return _(
            "This workspace is suspended by the service, for no bill. Write to %(email)s to hear "
            "why.",
            email=write_to,
        )
    return _("This workspace is suspended by the service, for no bill. Ask the service why.")


def serve(app: Flask, settings: Settings) -> None:
    """Put the edge around `app`: hooks, and an answer for everything that can be raised."""
    edge = Edge(settings)
    app.extensions["begin_request"] = edge.begin
    app.before_request(edge.admit)
    app.after_request(edge.finish)
    app.teardown_request(edge.end)
    app.register_error_handler(Answer, _answered)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _stale)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _failed)


# What nobody of the service gets at, whatever the firm allowed: settings with people, keys and
# exports; what leaves as a file; what is personal; and everything that programs call.
NEVER_FOR_SUPPORT = re.compile(
    r"/(?:settings|api|handovers|notifications|notices|preview|welcome)(?:/|\Z)"
    r"|/(?:export|import|card|download)(?:/|\Z)"
)
# And what is somebody's own to decide or to arrange, which support may look at.
LOOKED_AT_BY_SUPPORT = re.compile(r"\A/(?:approvals|favourites|home|reports/(?:mail|star))(?:/|\Z)")


def _refuse_support(declared: Access) -> None:
    """Keep somebody of the service to the records that the firm lets them see."""
    if g.actor is None or g.actor.support is None or declared.for_support:
        return
    if declared.who is Who.TOKEN or NEVER_FOR_SUPPORT.search(request.path):
        raise NotPermitted(_("Support never gets at this."))
    if declared.takes_files or request.path in ("/login", "/logout"):
        raise NotPermitted(_("Support never gets at this."))
    if request.method not in SAFE_METHODS and LOOKED_AT_BY_SUPPORT.search(request.path):
        raise NotPermitted(_("Support never gets at this."))


# What somebody gets at whose second step is overdue: setting it up, and leaving.
SECOND_STEP = "/settings/me/two-factor"
WAYS_OUT = ("/logout", "/preview/end")
AROUND_IT = (PALETTE, SHORTCUTS)  # What the page shows on which they set it up.


def _without_second_step(declared: Access) -> Response | None:
    """Lead whoever has not set up in time what the workspace asks for to where they do it.

    Programs that act as them wait for it too. Looking as a role or a colleague ends there, as it
    would not let them set anything up.
    """
    due = second_step_due(g.actor) if g.actor is not None else None
    is_theirs = declared.who in (Who.USER, Who.TOKEN) or request.path == "/"  # Home, for them.
    if due is None or due > g.now or not is_theirs:
        return None
    is_setting_up = f"{request.path}/".startswith(f"{SECOND_STEP}/")
    if request.path in (*WAYS_OUT, *AROUND_IT) or (is_setting_up and not g.actor.previews):
        return None
    if request.method in SAFE_METHODS and declared.who is not Who.TOKEN and not is_htmx():
        if g.actor.previews:
            _end_preview()
        return see_other(SECOND_STEP)
    raise NotPermitted(
        _("This workspace asks for two-factor sign-in. Set it up in your profile first.")
    )


def _end_preview() -> None:
    """End the look as a role or a colleague in which this request came, and keep that."""
    found = sessions.signed_in()
    if found is not None:
        end_preview(g.actor, g.db.get_one(UserSession, found.session_id))
        scope.keep(g.db)


def _is_on_side(declared: Access) -> bool:
    return declared.side is Side.BOTH or declared.side is g.side


def _visitor_language(incoming: Request) -> str:
    chosen = incoming.cookies.get("lang", "")
    if chosen in language.LOCALES:
        return chosen
    return language.best_match(incoming.headers.get("Accept-Language"))


def _refuse_too_much() -> None:
    """The bounds of a form hold however it is sent; Werkzeug keeps them for multipart alone.

    A body of 16 MB holds millions of fields, and each costs a hundred times its letters.
    """
    if request.mimetype != URLENCODED:
        return
    most = request.max_form_memory_size or 0
    if (request.content_length or 0) > most:
        raise RequestEntityTooLarge
    sent = request.get_data()  # Kept, so that the form is read from it.
    if len(sent) > most or sent.count(b"&") >= (request.max_form_parts or 0):
        raise RequestEntityTooLarge


def _refuse_unstorable() -> None:
    """No text of a person holds NUL, and the database can't keep it."""
    given: list[str] = [request.path, *request.args.values(), *request.args.keys()]
    if request.mimetype in (URLENCODED, "multipart/form-data"):
        given += [*request.form.values(), *request.form.keys()]
    if any("\x00" in text for text in given):
        raise Refused(_("This contains characters that can't be stored."))


def _to_sign_in() -> Response:
    """Lead a visitor to the sign-in page and back; htmx loads the whole page anew."""
    if wants_json() or is_htmx():
        return problem(401)
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    from flask import redirect, url_for

    target = url_for("identity.login", next=safe_path(wanted)) if wanted != "/" else "/login"
    return redirect(target)  # type: ignore[return-value]


def _undo() -> None:
    """Undo the request's transaction, so that the answer's page can still read."""
    if "db" in g:
        with suppress(OperationalError):
            g.db.rollback()


def _answered(answer: Answer) -> Response:
    _undo()
    if isinstance(answer, Held):
        return ask_for(answer, g.actor)
    status = answer.status
    if isinstance(answer, Conflict) and request.headers.get("If-Match"):
        status = 412
    response = from_answer(answer, status)
    if isinstance(answer, TooFast):
        g.rates = answer.standings
    if retry_after := getattr(answer, "retry_after", None):
        response.headers["Retry-After"] = str(retry_after)
    return response


def _forged(_error: CSRFError) -> Response:
    _undo()
    return problem(400, _("This form is too old or came from elsewhere. Load the page again."))


def _http(error: HTTPException) -> Response | HTTPException:
    _undo()
    if error.code is None or error.code < 400:
        return error
    headers = {key: value for key, value in error.get_headers() if key in ("Allow", "Retry-After")}
    return problem(error.code, headers=headers)


def _stale(_error: Exception) -> Response:
    """Two changes met in the database: nothing was lost, the second one is told."""
    _undo()
    log.warning("A change met another one.", exc_info=_error)
    return problem(409, _("Somebody changed the same thing at this moment. Please try again."))


def _database_away(error: Exception) -> Response:
    """The database is away or a statement took too long; the next try may find it again."""
    if isinstance(error, DBAPIError) and sqlstate(error) in OVERTAKEN:
        return _stale(error)
    _undo()
    log.error("The database did not answer.", exc_info=error)
    if isinstance(error, DBAPIError) and sqlstate(error) == DISK_FULL:
        return problem(507)
    return problem(503, headers={"Retry-After": "5"})


def _failed(error: Exception) -> Response:
    _undo()
    if isinstance(error, DBAPIError) and _lacks_role(error):
        forget()  # The workspace was erased within the seconds that its facts are remembered.
        return problem(404)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return _database_away(error)
    log.error("A request failed.", exc_info=error)
    return problem(500)


def _lacks_role(error: DBAPIError) -> bool:
    return sqlstate(error) in NO_SUCH_ROLE and "role" in str(error.orig)


def _run_aside(work: Callable[[], Any]) -> None:
    """Run one aside; its failure is recorded and changes nothing for the reader."""
    try:
        work()
    except Exception:
        log.exception("What had to survive a request could not be written.")
