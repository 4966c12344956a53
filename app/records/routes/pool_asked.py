"""What the settings of pools and of assignment share: the type meant, what forms offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from sqlalchemy import select

from app.identity.models import Role
from app.identity.operations.teams import tree
from app.identity.routes.asking import label_of
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.language import _
from app.records.pages.pool_settings import view_choices
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.web import current

URL = "/settings/pool"


def type_asked(by: Actor) -> RecordType:
    """The type that the page is about; the first one with a pool where the address names none."""
    types = pooled_types(by)
    if not types:
        raise Missing(_("There is no such page."))
    return next((one for one in types if one.key == request.args.get("type")), types[0])


def pooled_types(by: Actor) -> list[RecordType]:
    """The types that have a pool, in the order in which they are declared."""
    return [one for one in switched_on(by) if one.pool is not None]


def url_of(record_type: RecordType) -> str:
    """The settings of the pool of a type."""
    return f"{URL}?type={record_type.key}"


def form_of(record_type: RecordType, url: str, stored: Mapping[str, Any]) -> dict[str, object]:
    """What the forms of a cap and of a rule show; `stored` are the filters that stand."""
    by = current.actor()
    roles = by.session.scalars(select(Role).where(~Role.is_owner).order_by(Role.position)).all()
    return {
        "url": url,
        "record_type": record_type,
        "teams": tree(by),
        "roles": [(role.id, label_of(role)) for role in roles],
        "views": view_choices(record_type, stored, by),
    }
