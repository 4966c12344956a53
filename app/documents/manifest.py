"""Documents as a module: it has no record types, and every workspace has it."""

from __future__ import annotations

from app.documents.texts.operations import MANAGE
from app.identity.permissions import Choice, PermissionGroup
from app.kernel.language import _
from app.records.manifest import Module

TEMPLATES = PermissionGroup(
    MANAGE[0],
    _("Text templates"),
    (Choice(MANAGE[1], _("Manage")),),
    has_reach=False,
)

DOCUMENTS = Module(
    key="documents",
    label=_("Documents"),
    record_types=(),
    permissions=(TEMPLATES,),
)
