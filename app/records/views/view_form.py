"""The form of a saved view: its name, who sees it, and where it is at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.identity.models import Role
from app.kernel.actor import Actor
from app.kernel.errors import Answer
from app.kernel.language import Text, _, current
from app.kernel.localized import pick
from app.records.pages.state import ListState
from app.records.views.models import EVERYONE, PRIVATE, TEAM, RoleView, SavedView
from app.records.views.operations import SHARE
from app.records.views.shelf import shelf, teams_of

LABELS = {
    PRIVATE: _("Only me"),
    TEAM: _("My team and those below"),
    EVERYONE: _("Everyone"),
}


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role whose people can begin with the view."""

    id: UUID
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ViewForm:
    """All that `records/view_form.html` shows; `version` is None for a new view."""

    title: Text
    action: str
    version: int | None
    query: str
    name: str
    audience: str
    audiences: tuple[tuple[str, Text], ...]
    roles: tuple[RoleChoice, ...]
    is_pinned: bool
    is_default: bool
    errors: Mapping[str, Text | str]
    alerts: tuple[Text | str, ...]


def view_form(
    state: ListState,
    by: Actor,
    row: SavedView | None = None,
    *,
    typed: Mapping[str, str] | None = None,
    role_ids: tuple[str, ...] = (),
    answer: Answer | None = None,
) -> ViewForm:
    """The form of a new view of this list, or of `row`; with what was `typed` when refused."""
    key = state.record_type.key
    mine = shelf(by)
    audience = row.audience if row else PRIVATE
    is_pinned = row is not None and row.id in mine.pinned
    is_default = row is not None and mine.own_defaults.get(key) == row.id
    if typed is not None:
        audience = typed.get("audience", audience)
        is_pinned, is_default = "pin" in typed, "default" in typed
    errors = dict(answer.errors) if answer else {}
    alerts = (
        () if answer is None or errors else (answer.message or _("Please check what you entered."),)
    )
    path = f"{state.path}/views"
    return ViewForm(
        title=_("Edit view") if row else _("Save as view"),
        action=f"{path}/{row.id}/edit" if row else f"{path}/new",
        version=row.version if row else None,
        query=state.query(),
        name=typed.get("name", "") if typed is not None else row.name if row else "",
        audience=audience,
        audiences=tuple((one, LABELS[one]) for one in _audiences(by, audience)),
        roles=_roles(by, row, role_ids if typed is not None else None),
        is_pinned=is_pinned,
        is_default=is_default,
        errors=errors,
        alerts=alerts,
    )


def _audiences(by: Actor, now: str) -> list[str]:
    """With whom `by` may share, and how it is shared `now`."""
    may = {PRIVATE, now}
    if teams_of(by):
        may.add(TEAM)
    if by.may(*SHARE):
        may.add(EVERYONE)
    return [one for one in LABELS if one in may]


def _roles(
    by: Actor, row: SavedView | None, typed: tuple[str, ...] | None
) -> tuple[RoleChoice, ...]:
    """The roles that can begin with the view, for whoever may share it with all of them."""
    if not by.may(*SHARE):
        return ()
    chosen = set(typed or ())
    if typed is None and row is not None:
        of_view = select(RoleView.role_id).where(RoleView.view_id == row.id)
        chosen = set(map(str, by.session.scalars(of_view)))
    roles = by.session.scalars(select(Role).order_by(Role.position, Role.id))
    return tuple(
        RoleChoice(role.id, pick(role.label, current(), by.tenant.language), str(role.id) in chosen)
        for role in roles
    )
