"""Mail as a module: it has no record types, and every workspace has it."""

from __future__ import annotations

from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import YOURSELF, SettingsPage
from app.kernel.language import _
from app.mail.inbound.ledger import MANAGE
from app.mail.messages.models import MessageLink
from app.mail.messages.rights import SEND, SETUP
from app.mail.messages.told import MAILS
from app.mail.pages.finding import find_messages
from app.mail.pages.outgoing import PLACE as OUTGOING
from app.mail.pages.senders import OWN, SHARED
from app.mail.pages.timeline import SOURCE
from app.mail.pages.unreachable import TELLS, notes
from app.mail.routes import blueprint
from app.mail.routes.ledger import ALL, MINE
from app.mail.routes.signature import PLACE
from app.records.manifest import Module

SENDING = PermissionGroup(
    SEND[0],
    _("E-mail to customers"),
    (
        Choice(SEND[1], _("Send")),
        Choice(MANAGE[1], _("See what came in for everyone")),
        Choice(SETUP[1], _("Set up senders, mail server and domains")),
    ),
    has_reach=False,
)
SIGNATURE = SettingsPage(
    PLACE,
    "mail",
    YOURSELF,
    _("Mail"),
    _("What stands below the e-mails that you send from here."),
    SEND,
    synonyms=_("signature sender mail footer"),
)
OWN_SENDERS = SettingsPage(
    OWN,
    "at",
    YOURSELF,
    _("My other addresses"),
    _("Further addresses that your e-mails can come from."),
    SEND,
    synonyms=_("sender identity alias from"),
)
SENDERS = SettingsPage(
    SHARED,
    "at",
    _("Channels"),
    _("Senders"),
    _("Addresses of the firm that several people write from."),
    SETUP,
    synonyms=_("sender identity shared address sales from alias"),
)
SERVER = SettingsPage(
    OUTGOING,
    "server",
    _("Channels"),
    _("Mail server and domains"),
    _("By which server e-mails leave, and the domains that they are signed for."),
    SETUP,
    synonyms=_("smtp dkim spf dmarc dns domain outgoing server"),
)
MAIL_IN = SettingsPage(
    MINE,
    "inbox",
    YOURSELF,
    _("Mail in"),
    _("Your address for mail in, and what became of what you sent there."),
    synonyms=_("forward bcc inbound address incoming"),
)
EVERY_MAIL_IN = SettingsPage(
    ALL,
    "inbox",
    _("Channels"),
    _("Mail in of everyone"),
    _("All that came in by mail: on a timeline, skipped and why, not readable."),
    MANAGE,
    synonyms=_("forward bcc inbound address incoming ledger log"),
)

MAIL = Module(
    key="mail",
    label=_("Mail"),
    record_types=(),
    blueprints=(blueprint,),
    timeline=(SOURCE,),
    permissions=(SENDING,),
    settings=(SIGNATURE, OWN_SENDERS, MAIL_IN, EVERY_MAIL_IN, SENDERS, SERVER),
    belongings=(MessageLink,),
    finders=(find_messages,),
    happenings=(MAILS,),
    tells=(TELLS,),
    notes=(notes,),
)
