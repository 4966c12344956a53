"""Fields of the workspace's own for benches, with their indexes, as the background builds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.actor import Actor
from app.records.custom.indexes import indexes_of
from app.records.custom.operations import define_field, list_fields
from app.records.custom.wish import Wish
from app.records.registry import registry

GRADES = ("a", "b", "c", "d", "e")
OPTIONS = tuple({"value": one, "label": {"en": one.upper()}} for one in GRADES)


def grade_and_score(by: Actor) -> bool:
    """A choice and a number that contacts can be filtered by; False where they stand already."""
    contact = registry().type("contact")
    if list_fields(by, contact):
        return False
    grade, score = {"en": "Grade", "zh-CN": "等级"}, {"en": "Score", "zh-CN": "评分"}
    _define(by, "choice", "x_grade", grade, options=OPTIONS)
    _define(by, "number", "x_score", score, decimals=0)
    return True


def _define(by: Actor, kind: str, key: str, label: Mapping[str, str], **more: Any) -> None:
    wish = Wish(label, is_filterable=True, **more)
    row = define_field(by, registry().type("contact"), kind, wish, key=key)
    connection = by.session.connection()
    for index in indexes_of(row, connection.dialect):
        # Names, tables and definitions are made by us; see `indexes_of`.
        connection.exec_driver_sql(
            f'CREATE INDEX "{index.name}" ON {index.table} USING {index.definition}'
        )
    row.indexed_at = by.now
