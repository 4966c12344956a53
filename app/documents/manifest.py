"""Documents as a module: it has no record types, and every workspace has it."""

from __future__ import annotations

from app.documents.pages.templates import PLACE
from app.documents.papers.letterhead import MANAGE as LETTERHEAD
from app.documents.papers.letterhead import SEAL
from app.documents.papers.links import SHARE
from app.documents.papers.models import Document
from app.documents.papers.words import TELLS
from app.documents.routes import blueprint
from app.documents.routes.letterhead import PLACE as DOCUMENTS_PLACE
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
PAPERS = PermissionGroup(
    LETTERHEAD[0],
    _("Documents"),
    (
        Choice(LETTERHEAD[1], _("Letterhead, logo and seal")),
        Choice(SEAL[1], _("Use the seal")),
        Choice(SHARE[1], _("Make public links")),
    ),
    has_reach=False,
)
PAPERS_PAGE = SettingsPage(
    DOCUMENTS_PLACE,
    "file-type-pdf",
    _("Templates"),
    _("Documents"),
    _("Logo, colour, seal, address and footer of the documents that go to customers."),
    LETTERHEAD,
    synonyms=_("letterhead PDF logo stamp chop brand bank account print"),
)

DOCUMENTS = Module(
    key="documents",
    label=_("Documents"),
    record_types=(),
    blueprints=(blueprint,),
    permissions=(TEMPLATES, PAPERS),
    settings=(TEMPLATES_PAGE, PAPERS_PAGE),
    belongings=(Document,),
    tells=(TELLS,),
)
