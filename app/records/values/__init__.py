"""Values: from what a person or a program sent to what the column holds, with kind messages."""

from app.records.values.plain import as_json
from app.records.values.read import read_value
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit

__all__ = ["Unfit", "as_json", "clean_text", "read_value"]
