"""Founding a workspace: the tenant, its people and its industry's words, in one transaction.

The command line, the demo and sign-up all come through here, so that there is one kind of fresh
workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from app.crm.operations.plans import save_plan
from app.documents.texts.operations import Wish as TextWish
from app.documents.texts.operations import save_template
from app.home.operations.homes import seed_role_home
from app.home.placed import FULL, Placed, fresh_id
from app.identity.models import Role, User
from app.identity.operations.email_proof import ask_for_proof
from app.identity.operations.roles import role_by_key, write_rights
from app.identity.operations.workspace import seed_workspace
from app.identity.seeds import BUILT_IN, RoleSeed
from app.kernel import stamps
from app.kernel.actor import Actor, Reach, service_actor
from app.kernel.ids import new_id
from app.modules import tenant_schema
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish as FieldWish
from app.records.door import perform
from app.records.picklists import STAMP, PicklistValue
from app.records.registry import registry
from app.records.usage import count_anew
from app.sales.operations.first_pipelines import make_pipelines
from tenants.facts import TenantFacts
from tenants.lifecycle import NewTenant, create
from tenants.starters import Starter, load_starter
from tenants.starters.format import Picklist, RoleChange, Stage


@dataclass(frozen=True, slots=True)
class Founder:
    """Who begins the workspace; without a password or its hash, an invitation is mailed.

    Who signed up by themselves (`has_signed_up`) is mailed a link that confirms the address, and
    has the first steps on Home.
    """

    email: str
    name: str
    password: str | None = None
    password_hash: str | None = None
    has_signed_up: bool = False


With = Callable[[Session, TenantFacts, User], None]


def found_workspace(
    engine: Engine,
    new: NewTenant,
    founder: Founder,
    *,
    now: datetime,
    via: str = "command",
    with_it: With | None = None,
) -> TenantFacts:
    """Make the workspace with its owner and what its starter says, or nothing at all.

    `engine` is the owner's login; `with_it` is done in the same transaction. Raises SlugRefused,
    StarterError, or Refused for the owner.
    """
    starter = load_starter(new.starter) if new.starter else None

    def seed(session: Session, facts: TenantFacts) -> None:
        by = service_actor(session, facts, now, via=via)
        owner = seed_workspace(
            by,
            owner_email=founder.email,
            owner_name=founder.name,
            language=facts.language,
            password=founder.password,
            password_hash=founder.password_hash,
        )
        if founder.has_signed_up:
            owner.has_first_steps = True
            ask_for_proof(by, owner, "founded")
        count_anew(by)  # Else whoever makes the first record is waited for by all others.
        if starter is not None:
            apply_starter(by, starter)
        seed_pipelines(by, starter)
        if with_it is not None:
            with_it(session, facts, owner)
        session.flush()  # The owner's login leaves the new schema when this ends.

    return create(engine, tenant_schema(), new, now=now, seed=seed)


def apply_starter(by: Actor, starter: Starter) -> None:
    """Give a fresh workspace its industry's picklists and categories, and change its roles."""
    write_picklists(by, starter.picklists)
    make_plans(by, starter)
    make_categories(by, starter)
    make_homes(by, starter)
    make_fields(by, starter)
    make_price_books(by, starter)
    make_templates(by, starter)
    built_in = {seed.key: seed for seed in BUILT_IN}
    for change in starter.roles:
        _change_role(by, role_by_key(by.session, change.role), change, built_in[change.role])


def write_picklists(by: Actor, picklists: Iterable[Picklist]) -> None:
    """Give a workspace the values of picklists that it has none of."""
    rows = [
        {
            "id": new_id(),
            "record_type": picklist.record_type,
            "field": picklist.field,
            "value": choice.key,
            "label": dict(choice.label),
            "colour": choice.colour,
            "position": position,
        }
        for picklist in picklists
        for position, choice in enumerate(picklist.choices)
    ]
    if rows:
        by.session.execute(insert(PicklistValue), rows)
        stamps.draw(by.session, STAMP)


def seed_pipelines(by: Actor, starter: Starter | None) -> None:
    """Give a fresh workspace the pipelines of its industry, or a usual one.

    Sales may be off; they are there when it is switched on.
    """
    wishes = [
        (one.name, [_stage(stage) for stage in one.stages])
        for one in (starter.pipelines if starter is not None else ())
    ]
    make_pipelines(by, wishes)


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "probability": stage.probability,
        "forecast_category": stage.forecast_category,
        "colour": stage.colour,
        "stale_after": stage.stale_after,
        "required": stage.required,
    }


def make_plans(by: Actor, starter: Starter) -> None:
    """Give a fresh workspace the activity plans of its industry."""
    for plan in starter.plans:
        steps = [
            {
                "kind": step.kind,
                "subject": step.subject,
                "days": step.days,
                "unit": step.unit,
                "who": step.who,
            }
            for step in plan.steps
        ]
        save_plan(by, None, name=plan.name, record_types=plan.record_types, steps=steps)


def make_categories(by: Actor, starter: Starter) -> dict[str, UUID]:
    """Make the product categories of a starter; answers with their ids by the starter's keys."""
    made: dict[str, UUID] = {}
    for position, category in enumerate(starter.product_categories, start=1):
        name, above = dict(category.name), made.get(category.below)
        record = perform(
            "product_category", "create", by=by, name=name, position=position, parent_id=above
        )
        made[category.key] = record.id
    return made


def make_fields(by: Actor, starter: Starter) -> None:
    """Give a fresh workspace the fields that its industry has beyond the product's own."""
    for one in starter.fields:
        options = [{"value": option.value, "label": option.label} for option in one.options]
        wish = FieldWish(one.label, is_filterable=True, options=tuple(options), decimals=0)
        define_field(by, registry().type(one.record_type), one.kind, wish, key=one.key)


def make_price_books(by: Actor, starter: Starter) -> None:
    """Give a fresh workspace the price books of its industry, without prices yet.

    Sales may be off; they are there when it is switched on.
    """
    acting = replace(by, tenant=replace(by.tenant, modules=("sales",)))
    for one in starter.price_books:
        name = one.name.get(by.tenant.language, one.name["en"])
        kind = one.customer_kind or None
        perform("price_book", "create", by=acting, name=name, customer_kind=kind)


def make_templates(by: Actor, starter: Starter) -> None:
    """Give a fresh workspace its industry's mails and messages, named in its language."""
    for one in starter.templates:
        name = one.name.get(by.tenant.language, one.name["en"])
        wish = TextWish(name, one.record_type, one.purpose, one.subject, one.body)
        save_template(by, None, wish)


def make_homes(by: Actor, starter: Starter) -> None:
    """Give the built-in roles the Homes of their industry."""
    for seed in BUILT_IN:
        widgets = [
            Placed(fresh_id(), one.kind, one.of, is_wide=one.width == FULL, query=one.query)
            for one in starter.home
            if not one.roles or seed.key in one.roles
        ]
        if widgets:
            seed_role_home(by, role_by_key(by.session, seed.key), widgets)


def _change_role(by: Actor, role: Role, change: RoleChange, built_in: RoleSeed) -> None:
    """Give a built-in role the industry's name, and the rights in which it differs."""
    if change.label is not None:
        role.label = dict(change.label)
    if not change.grants:
        return
    grants = dict(built_in.grants)
    for permission, reach in change.grants.items():
        record_type, _separator, verb = permission.partition(":")
        if reach == "none":
            grants.pop((record_type, verb), None)
        else:
            grants[record_type, verb] = Reach[reach.upper()]
    write_rights(by, role, grants, built_in.fields)
