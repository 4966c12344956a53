"""Who else sees records: the rules of the workspace, the followers of a record, and why."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Response, request
from sqlalchemy import select

from app.identity.models import Role, User
from app.identity.operations.guard import fetch as fetch_row
from app.identity.operations.teams import tree
from app.identity.routes.asking import chosen, label_of, show, submit, typed
from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import can_read, readable_fields
from app.records.fields import Field
from app.records.filters import Node
from app.records.model import Record
from app.records.pages.choices import choices_of
from app.records.pages.sharing import condition_words, shown_rules
from app.records.pages.state import read_query, read_state
from app.records.pages.why import told
from app.records.routes.blueprint import blueprint, record_for, record_url
from app.records.sharing import operations
from app.records.sharing.stored import of_choices
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.records.why import explain
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

URL = "/settings/sharing"
MANAGE = ("sharing", "manage")
FORM = "records/sharing_rule.html"
FOLLOWERS = "records/followers.html"


@blueprint.get(URL)
@access(permission=MANAGE)
def show_rules() -> Response:
    """Every rule in words, and a way to a new one for each type."""
    by = current.actor()
    return page("records/sharing.html", url=URL, rules=shown_rules(by), types=switched_on(by))


@blueprint.get(f"{URL}/new")
@access(permission=MANAGE)
def new_rule() -> Response:
    """The form of a new rule, for the records of a list whose query is `in`, or by choices."""
    return show(FORM, _shown(_type(), request.args.get("in", "")), block="form")


@blueprint.post(f"{URL}/new")
@access(permission=MANAGE)
def create_rule() -> Response:
    """Make a rule."""
    record_type, query = _type(), typed("in")

    def work() -> Response:
        filters = _filters(record_type, query) or of_choices(_ticked(record_type))
        operations.create_rule(
            current.actor(),
            record_type.key,
            filters=filters,
            access=typed("access"),
            group=typed("group"),
        )
        toast(_("Saved."))
        return see_other(URL)

    return submit(work, FORM, partial(_shown, record_type, query))


@blueprint.post(f"{URL}/<uuid:rule_id>/delete")
@access(permission=MANAGE)
def delete_rule(rule_id: UUID) -> Response:
    """Share no longer what a rule shared."""
    operations.delete_rule(current.actor(), rule_id)
    toast(_("The rule was removed."))
    return see_other(URL)


@blueprint.get("/<collection:collection>/<uuid:record_id>/followers")
@access(record_verb="read")
def show_followers(collection: str, record_id: UUID) -> Response:
    """Who follows a record, in the drawer; `user_id` is whom to add, chosen already."""
    record_type, record, by = record_for(collection, record_id, "read")
    chosen_already = {"user_id": request.args.get("user_id", "")}
    shown = _following(record_type, record, by)
    return show(FOLLOWERS, shown, block="form", typed=chosen_already)


@blueprint.post("/<collection:collection>/<uuid:record_id>/followers")
@access(record_verb="read")
def add_follower(collection: str, record_id: UUID) -> Response:
    """Let a colleague follow a record."""
    record_type, record, by = record_for(collection, record_id, "read")

    def work() -> Response:
        user = chosen(User, "user_id")
        if user is None:
            raise Refused(_("Choose a colleague."), field="user_id")
        operations.follow(record_type, record, user, by)
        is_me = user.id == by.user_id
        toast(
            _("You follow this now.") if is_me else _("%(name)s follows this now.", name=user.name)
        )
        return see_other(record_url(record_type, record_id))

    return submit(work, FOLLOWERS, partial(_following, record_type, record, by))


@blueprint.post("/<collection:collection>/<uuid:record_id>/followers/<uuid:user_id>/remove")
@access(record_verb="read")
def remove_follower(collection: str, record_id: UUID, user_id: UUID) -> Response:
    """Let somebody follow a record no longer."""
    record_type, record, by = record_for(collection, record_id, "read")
    operations.unfollow(record_type, record, user_id, by)
    toast(_("You follow this no longer.") if user_id == by.user_id else _("Removed."))
    url = record_url(record_type, record_id)
    return see_other(url if can_read(record_type, record_id, by) else f"/{collection}")


@blueprint.get("/<collection:collection>/<uuid:record_id>/access")
@access(record_verb="read")
def show_why(collection: str, record_id: UUID) -> Response:
    """Why a colleague can see a record or not; oneself, until another is picked."""
    record_type, record, by = record_for(collection, record_id, "read")
    may_ask = _may_ask(record_type, record, by)
    person = by.session.get_one(User, by.user_id)
    asked = request.args.get("user_id", "")
    if asked and asked != str(by.user_id):
        if not may_ask:
            raise NotPermitted(_("Your role does not allow this."))
        found = parse_id(asked)
        person = fetch_row(by, User, found) if found else person
    answers = explain(record_type, record, person, by)
    return page(
        "records/why.html",
        "form",
        record_type=record_type,
        title=record_type.title_of(record),
        url=f"{record_url(record_type, record_id)}/access",
        person=person,
        people=_people(by) if may_ask else [person],
        answers=[told(record_type, record, one, person, by) for one in answers],
    )


def _may_ask(record_type: RecordType, record: Record, by: Actor) -> bool:
    """True for who may ask about colleagues; about oneself everybody may."""
    manages = by.may(*MANAGE) or by.may("role", "manage")
    return manages or operations.may_share(record_type, record, by)


def _people(by: Actor) -> list[User]:
    statement = select(User).where(User.is_active).order_by(User.name_sort, User.id)
    return list(by.session.scalars(statement))


def _following(record_type: RecordType, record: Record, by: Actor) -> dict[str, object]:
    found = operations.followers_of(record_type, record.id, by)
    ids = {one.id for one in found}
    may_share = operations.may_share(record_type, record, by)
    offered = [
        one for one in _people(by) if one.id not in ids and (may_share or one.id == by.user_id)
    ]
    return {
        "record_type": record_type,
        "title": record_type.title_of(record),
        "url": f"{record_url(record_type, record.id)}/followers",
        "followers": found,
        "offered": [] if by.tenant.is_read_only else [(one.id, one.name) for one in offered],
        "may_share": may_share,
    }


def _type() -> RecordType:
    """The type that a rule is about; the first one where the address names none."""
    types = switched_on(current.actor())
    return next((one for one in types if one.key == request.args.get("type")), types[0])


def _filters(record_type: RecordType, query: str) -> tuple[Node, ...]:
    """The filters of a list's query; the words of a search are none."""
    return read_state(record_type, read_query(query)).asked.filters


def _choices(record_type: RecordType) -> list[Field]:
    return [one for one in readable_fields(record_type, current.actor()) if one.kind == "choice"]


def _ticked(record_type: RecordType) -> dict[str, list[str]]:
    return {one.key: request.form.getlist(one.key) for one in _choices(record_type)}


def _told(record_type: RecordType, query: str, by: Actor) -> list[str]:
    """The filters of a list in words; a list that can't be read has none, and is refused later."""
    try:
        return condition_words(record_type, _filters(record_type, query), by)
    except Refused:
        return []


def _shown(record_type: RecordType, query: str) -> dict[str, object]:
    by = current.actor()
    options = choices_of(record_type, by)
    told = _told(record_type, query, by)
    roles = by.session.scalars(select(Role).where(~Role.is_owner).order_by(Role.position)).all()
    return {
        "url": f"{URL}/new?type={record_type.key}",
        "record_type": record_type,
        "query": query if told else "",
        "told": told,
        "fields": [(one, options.get(one.key) or one.options) for one in _choices(record_type)],
        "ticked": _ticked(record_type),
        "teams": tree(by),
        "roles": [(role.id, label_of(role)) for role in roles],
    }
