"""How the values of a workspace's own field are compared where no two records may share one."""

from __future__ import annotations

import unicodedata
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column

from app.records.custom.field import OwnField

OF_WORDS = ("text", "email", "url")  # Kinds whose spellings in other cases and widths mean one.


def compared_own(field: OwnField) -> ColumnElement[Any]:
    """A value in SQL, of words in lower case and in the usual width; an index stands on it.

    Latin letters alone have their case folded: that of others depends on the database's locale.
    """
    if field.kind not in OF_WORDS:
        return field.expression
    # The constant is written out: an index is found by its expression as it stands.
    usual = func.pg_catalog.normalize(field.expression, literal_column("'NFKC'"))
    upper: ColumnElement[str] = literal_column("'ABCDEFGHIJKLMNOPQRSTUVWXYZ'")
    return func.translate(usual, upper, literal_column("'abcdefghijklmnopqrstuvwxyz'"))


def spelling(text: str) -> str:
    """The same of a text here."""
    return unicodedata.normalize("NFKC", text).translate(
        str.maketrans(ascii_uppercase, ascii_lowercase)
    )
