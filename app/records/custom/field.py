"""A workspace's own field, as every part of the framework meets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Uuid, case, cast, collate, func, literal_column, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from app.kernel.amounts import Amount
from app.kernel.localized import TenantText
from app.kernel.searchkeys import sort_key
from app.records.custom.kinds import KINDS, LINKS, JsonValue, expression, from_json, to_json
from app.records.custom.models import CustomField
from app.records.fields import Field, Option
from app.records.model import Record

# Beside an amount's worth in the firm's currency, which is compared, lies the amount itself; no
# key of a field holds a point.
WHOLE = ".amount"
SORT = "_sort"  # Beside a text lies the key that it is ordered by, under its own key and this.
IS_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
AMOUNT = "amount"
SORT_KEYED = ("text", "email", "url")
# Where a number is empty, its row sorts as this; written out, as an index is made on it.
LEAST_NUMBER: ColumnElement[Any] = literal_column("'-1e300'::jsonb", JSONB())


@dataclass(frozen=True, slots=True)
class OwnField(Field):
    """A field that the workspace defined; its value lies in the record's `custom`.

    `is_unique`, `default` and `conditions` are as in CustomField; `decimals` of a number.
    """

    own_key: str = ""
    own_kind: str = "text"
    is_unique: bool = False
    is_filterable: bool = False
    is_indexed: bool = False
    default: Any = None
    conditions: Mapping[str, Any] | None = None
    decimals: int = 2

    @property
    def key(self) -> str:
        """`x_` and what the workspace chose."""
        return self.own_key

    @property
    def kind(self) -> str:
        """How it behaves; colleagues and records are both references."""
        return "reference" if self.own_kind in LINKS else self.own_kind

    @property
    def max_length(self) -> int | None:
        """The same limits as those of built-in fields of the kind."""
        return {"text": 200, "email": 254, "phone": 40, "url": 500, "choice": 60}.get(self.own_kind)

    @property
    def nullable(self) -> bool:
        """A record may always lack it; required fields are asked for at the door."""
        return True

    @property
    def expression(self) -> ColumnElement[Any]:
        """Its value in SQL."""
        return expression(self.attribute, self.own_key, self.own_kind)

    @property
    def fetched(self) -> ColumnElement[Any]:
        """Its value as rows are shown it: of an amount, with its currency."""
        if self.own_kind == AMOUNT:
            return type_coerce(self.attribute[self.own_key + WHOLE], JsonValue(AMOUNT))
        return self.expression

    @property
    def target_id(self) -> ColumnElement[Any]:
        """The id that lies in JSON as a text; what is none counts as empty, as when it is read."""
        text = self.attribute[self.own_key].astext
        return case((text.regexp_match(IS_ID), cast(text, Uuid())), else_=None)

    @property
    def is_sortable(self) -> bool:
        """True when a list can be ordered by it."""
        if self.is_walked:  # Which without an index would read every record for each value.
            return self.is_filterable
        return KINDS[self.own_kind].can_sort

    @property
    def sort_expression(self) -> ColumnElement[Any]:
        """What a list is ordered by, never NULL."""
        if KINDS[self.own_kind].is_json:
            number = self.attribute[self.own_key]
            return type_coerce(func.coalesce(number, LEAST_NUMBER), JSONB())
        key = self.own_key + SORT if self.own_kind in SORT_KEYED else self.own_key
        return type_coerce(func.coalesce(collate(self.attribute[key].astext, "C"), ""), Text())

    def value(self, record: Any) -> Any:
        """The value on a record, or on a row of a list."""
        if isinstance(record, Record):
            key = self.own_key + WHOLE if self.own_kind == AMOUNT else self.own_key
            return from_json(self.own_kind, (record.custom or {}).get(key))
        return getattr(record, self.own_key)

    def put(self, record: Any, value: Any) -> None:
        """Set it on a record; `custom` is replaced, as a change inside it is not seen."""
        custom = dict(record.custom or {})
        custom.pop(self.own_key, None)
        custom.pop(self.own_key + SORT, None)
        custom.pop(self.own_key + WHOLE, None)
        if isinstance(value, Amount):
            custom[self.own_key] = to_json(value.own)
            custom[self.own_key + WHOLE] = value.kept()
        elif value is not None and value not in ((), ""):
            custom[self.own_key] = to_json(value)
            if self.own_kind in SORT_KEYED:
                custom[self.own_key + SORT] = sort_key(value)
        record.custom = custom


def own_field(row: CustomField, model: type[Record]) -> OwnField:
    """The field that a row of the table declares on `model`."""
    to = "user" if row.kind == "user" else row.settings.get("to")
    return OwnField(
        attribute=model.custom,
        label=TenantText(row.label),
        required=row.is_required,
        options=tuple(
            Option(one["value"], one["label"], one.get("colour", ""), bool(one.get("retired")))
            for one in row.options
        ),
        to=to,
        help=TenantText(row.help) if row.help else None,
        personal=row.is_personal,
        own_key=row.key,
        own_kind=row.kind,
        is_unique=row.is_unique,
        is_filterable=row.is_filterable,
        is_indexed=row.indexed_at is not None,
        default=from_json(row.kind, row.default),
        conditions=row.conditions or None,
        decimals=int(row.settings.get("decimals", 2)),
    )
