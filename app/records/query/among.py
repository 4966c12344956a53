"""Those of some records that may be read, as a list fetches them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Row

from app.kernel.actor import Actor
from app.kernel.language import current
from app.records.access import live, reached
from app.records.query.columns import Reaches, columns, read_reaches, reader_as_far, readers
from app.records.types import RecordType


def rows_among(
    record_type: RecordType, ids: Collection[UUID], by: Actor, keys: Sequence[str]
) -> list[Row[Any]]:
    """The rows with these ids that `by` may read, as `page` answers with them, in no order."""
    statement = _statement(record_type, tuple(keys), read_reaches(by), current())
    return list(by.session.execute(statement, {**readers(by), "among": list(ids)}))


@lru_cache(maxsize=1024)
def _statement(
    record_type: RecordType, keys: tuple[str, ...], reaches: Reaches, _language: str
) -> Select[Any]:
    """The statement of all who read as far; titles in it follow the language in use."""
    model = record_type.model
    may_read = reached(record_type, model, "read", reader_as_far(dict(reaches)))
    among = model.id == any_(bindparam("among", type_=ARRAY(Uuid())))
    return columns(record_type, keys, reaches).where(among, live(record_type), may_read)
