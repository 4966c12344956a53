"""An admin's hands on the data model: fields that stand already, and forms filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.records.custom.kinds import KINDS
from app.records.custom.models import CustomField
from app.records.custom.operations import define_field
from app.records.custom.wish import Wish
from app.records.tailored import tailored
from tests.cast import Person, Workspace

COLOURS = (
    {"label": {"en": "Red", "zh-CN": "红"}, "colour": "red"},
    {"label": {"en": "Green", "zh-CN": "绿"}},
)
Define = Callable[..., CustomField]
Fields = Callable[[], list[CustomField]]


@pytest.fixture
def define(acme: Workspace, alice: Person) -> Define:
    """Adds a field of Acme's own, to accounts where nothing else is said."""

    def make(kind: str = "text", label: str = "Wood", on: str = "account", **wishes: Any) -> Any:
        with acme.acting(alice) as by:
            if KINDS[kind].has_options:
                wishes.setdefault("options", COLOURS)
            texts = {"en": label, **({"zh-CN": "木材"} if label == "Wood" else {})}
            return define_field(by, tailored(on, by), kind, Wish(texts, **wishes))

    return make


@pytest.fixture
def fields(acme: Workspace) -> Fields:
    """Acme's own fields as they stand, in their order."""

    def read() -> list[CustomField]:
        with acme.scope() as session:
            return list(session.scalars(select(CustomField).order_by(CustomField.position)))

    return read
