"""Documents as a module: it has no record types, and every workspace has it."""

from __future__ import annotations

from app.documents.pages.templates import PLACE
from app.documents.routes import blueprint
from app.documents.texts.operations import MANAGE
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import SettingsPage
from app.kernel.language import _
from app.records.manifest import Module

TEMPLATES = PermissionGroup(
    MANAGE[0],
    _("Text templates"),
    (Choice(MANAGE[1], _("Manage")),),
    has_reach=False,
)
TEMPLATES_PAGE = SettingsPage(
    PLACE,
    "file-text",
    _("Templates"),
    _("Text templates"),
    _("Mails, messages and parts of documents with fields of a record in them."),
    MANAGE,
    synonyms=_("e-mail mail message snippets placeholders merge fields letter"),
)

DOCUMENTS = Module(
    key="documents",
    label=_("Documents"),
    record_types=(),
    blueprints=(blueprint,),
    permissions=(TEMPLATES,),
    settings=(TEMPLATES_PAGE,),
)
