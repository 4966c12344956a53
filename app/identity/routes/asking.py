"""What identity's routes read from a request: the visit, fields of a form, rows by their id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Response, request

from app.identity import cookies
from app.identity.models import Role, User, UserSession
from app.identity.operations.guard import fetch
from app.identity.operations.sign_in import Visit
from app.identity.sessions import signed_in
from app.kernel import language
from app.kernel.errors import Answer, Held, OverLimit
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.kernel.localized import pick
from app.kernel.model import Base
from app.web import current
from app.web.render import page

Row = TypeVar("Row", bound=Base)
Result = TypeVar("Result")


def label_of(role: Role) -> str:
    """A role's label for this reader."""
    return pick(role.label, language.current(), current.tenant().language)


def visit() -> Visit:
    """Where this request comes from."""
    return Visit(
        address=request.remote_addr or "",
        agent=request.headers.get("User-Agent", ""),
        device=cookies.device_token(request),
    )


def typed(name: str) -> str:
    """A field of the form as it was typed, or ""."""
    return request.form.get(name, "")


def chosen(model: type[Row], name: str) -> Row | None:
    """The row that a field of the form names, None when it names nothing; unknown is Missing."""
    row_id = parse_id(typed(name))
    return fetch(current.actor(), model, row_id) if row_id is not None else None


def myself() -> User:
    """The user who is signed in, as a row of this request's session."""
    found = signed_in()
    if found is None:
        raise RuntimeError("This route is declared for users, and nobody is signed in.")
    return current.session().get_one(User, found.user.id)


def my_session() -> UserSession:
    """The session that this request came by."""
    found = signed_in()
    if found is None:
        raise RuntimeError("This route is declared for users, and nobody is signed in.")
    return current.session().get_one(UserSession, found.session_id)


def show(
    template: str,
    values: Mapping[str, object] | None = None,
    *,
    block: str | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """A page with a form that nobody has sent yet; `typed` is what stands in its fields."""
    fields: dict[str, object] = {
        "typed": typed or {},
        "errors": {},
        "form_errors": [],
        "is_over_limit": False,
        **(values or {}),
    }
    return page(template, block, **fields)  # type: ignore[arg-type]  # Values of the template.


def again(template: str, answer: Answer, values: Mapping[str, object] | None = None) -> Response:
    """The same form with what was typed and why it was refused; nothing of it is kept."""
    current.session().rollback()
    errors = {field: [text] for field, text in answer.errors.items()}
    general = [] if answer.errors else [answer.message or _("Please check what you entered.")]
    fields: dict[str, object] = {
        **(values or {}),
        "errors": errors,
        "form_errors": general,
        "typed": request.form,
        "is_over_limit": isinstance(answer, OverLimit),
    }
    # A form that htmx sent comes back alone; one that a browser sent, on its page.
    response = page(template, "form", **fields)  # type: ignore[arg-type]  # As in `show`.
    response.status_code = answer.status
    retry_after = getattr(answer, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def submit(
    work: Callable[[], Result], template: str, shown: Callable[[], Mapping[str, object]]
) -> Result | Response:
    """What `work` answers, or the form again where it is refused; `shown` is asked only then.

    It is asked once nothing of the refused change is left, so that it shows what is kept.
    """
    try:
        return work()
    except Held:
        raise  # It is asked for at the edge.
    except Answer as answer:
        current.session().rollback()
        return again(template, answer, shown())
