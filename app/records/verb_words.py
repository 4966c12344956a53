"""What the verbs of every record type are called, where rights are given and reported."""

from app.kernel.language import Text, _
from app.records.pool.facts import SEE_POOL
from app.records.types import EXPORT, IMPORT

VERBS: dict[str, Text] = {
    "read": _("See"),
    "create": _("Create"),
    "update": _("Change"),
    "delete": _("Delete"),
    EXPORT: _("Export"),
    IMPORT: _("Import"),
    SEE_POOL: _("See the pool"),
}
