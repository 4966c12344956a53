"""The base of every table in a tenant's schema, and the house's column types.

A type carries width and meaning, so that nothing repeats them: `kind` in its `info` decides how a
value is typed in, checked, stored, shown, searched and sent.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Dialect,
    MetaData,
    Numeric,
    String,
    Text,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from app.kernel.ids import new_id
from app.kernel.localized import LocalText

# Names are explicit and at most 54 bytes, so that the same DDL runs sharded (a test measures them).
NAMING = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
}


class Base(DeclarativeBase):
    """Every table that lives in a tenant's schema; the schema comes from the search path."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid,
        datetime: DateTime(timezone=True),
        date: Date,
        dict[str, Any]: JSONB,
    }


class LocalTexts(TypeDecorator[LocalText]):
    """A LocalText as JSONB: `{"en": ..., "zh-CN": ...}`."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: LocalText | None, _dialect: Dialect) -> Any:
        """The texts by language, to be stored."""
        return None if value is None else dict(value.texts)

    def process_result_value(self, value: Any, _dialect: Dialect) -> LocalText | None:
        """The stored texts, to be read in the language in use."""
        return LocalText(value) if value else None


Id = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_id)]
Reference = Annotated[UUID, mapped_column(Uuid, info={"kind": "reference"})]
Name = Annotated[str, mapped_column(String(200), info={"kind": "text"})]
Short = Annotated[str, mapped_column(String(80), info={"kind": "text"})]
LongText = Annotated[str, mapped_column(Text, info={"kind": "long_text"})]
Email = Annotated[str, mapped_column(String(254), info={"kind": "email"})]
Phone = Annotated[str, mapped_column(String(40), info={"kind": "phone"})]
Url = Annotated[str, mapped_column(String(500), info={"kind": "url"})]
Choice = Annotated[str, mapped_column(String(60), info={"kind": "choice"})]
Country = Annotated[str, mapped_column(String(80), info={"kind": "country"})]  # ISO 3166 alpha-2.
Money = Annotated[Decimal, mapped_column(Numeric(18, 4), info={"kind": "money"})]
Number = Annotated[Decimal, mapped_column(Numeric(18, 6), info={"kind": "number"})]
Percent = Annotated[Decimal, mapped_column(Numeric(7, 4), info={"kind": "percent"})]
Whole = Annotated[int, mapped_column(BigInteger, info={"kind": "whole"})]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True), info={"kind": "moment"})]
Day = Annotated[date, mapped_column(Date, info={"kind": "day"})]
Flag = Annotated[bool, mapped_column(Boolean, info={"kind": "flag"})]
Digest = Annotated[str, mapped_column(String(64))]  # SHA-256 in hexadecimal, never the secret.
# A sort key is folded in Python (pinyin, accents) and compared byte by byte.
SortKey = Annotated[str, mapped_column(String(200, collation="C"), default="", server_default="")]
# The same of a text that a row may lack; rows without one come last in a list by it.
EndKey = Annotated[str, mapped_column(String(200, collation="C"))]
# Texts of the tenant in several languages: {"en": ..., "zh-CN": ..., "zh-TW": ...}.
Localized = Annotated[dict[str, str], mapped_column(JSONB, info={"kind": "localized"})]
# One such text of a record, as its title can be.
LocalName = Annotated[LocalText, mapped_column(LocalTexts, info={"kind": "localized"})]
Document = Annotated[dict[str, Any], mapped_column(JSONB)]
