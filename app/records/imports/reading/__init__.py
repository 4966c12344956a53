"""Reading tables: from the bytes of a file to named columns and rows of text."""

from app.records.imports.reading.read import read_table

__all__ = ["read_table"]
