"""Pipelines beside the usual one, and what a role is kept from."""

from __future__ import annotations

from sqlalchemy import select

from app.identity.models import FieldRule, User
from app.kernel.actor import Actor, FieldAccess
from app.kernel.ids import new_id
from app.sales.operations.pipelines import save_pipeline
from app.sales.operations.stages import PipelineFacts, load_pipelines
from tests.cast import Person, Workspace


def usual(by: Actor) -> PipelineFacts:
    """The pipeline that new opportunities begin in."""
    return load_pipelines(by.session).in_use[0]


def repairs(by: Actor) -> PipelineFacts:
    """A second pipeline of two stages."""
    made = save_pipeline(
        by,
        None,
        name={"en": "Repairs", "zh-CN": "维修"},
        stages=[
            {"name": {"en": "Look"}, "probability": 30},
            {"name": {"en": "Mend"}, "probability": 80, "required": ["amount"]},
        ],
    )
    return load_pipelines(by.session).by_id[made.id]


def narrow(
    acme: Workspace, person: Person, key: str, left: FieldAccess, kind: str = "opportunity"
) -> None:
    """Leave somebody's role no more of a field than this."""
    with acme.scope() as session:
        role = session.get_one(User, person.user_id).role
        known = select(FieldRule).where(
            FieldRule.role_id == role.id, FieldRule.record_type == kind, FieldRule.field == key
        )
        rule = session.scalars(known).one_or_none()
        if rule is None:
            rule = FieldRule(role_id=role.id, record_type=kind, field=key)
            session.add(rule)
        rule.access = int(left)
        role.stamp = new_id()
