"""A domain whose record is gone: whoever sets mail up is told, as its mails change their address.

They go out by the service's server from the service's address, with their sender's name, until the
record is there again. A firm's own server sends them as before, without a signature.
"""

from __future__ import annotations

from collections.abc import Callable

from app.events import write_event
from app.identity import outside
from app.identity.operations.notices import tell
from app.identity.operations.who_may import who_may
from app.kernel.actor import Actor
from app.kernel.language import Text, _, using
from app.mail.messages.rights import SETUP
from app.mail.outgoing.models import MailDomain
from app.mail.send import send_mail

PLACE = "/settings/mail-server"
Said = Callable[[str], Text]


def lose(domain: MailDomain, by: Actor) -> None:
    """Note that the record of a domain is gone, and tell whoever can set it again."""
    domain.verified_at, domain.lost_at = None, by.now
    write_event(by, "mail_domain", domain.id, "record_lost", changes=_named(domain))
    for user in who_may(by, *SETUP):
        language = user.language or by.tenant.language
        with using(language):
            said = str(_("The DKIM record of %(domain)s is gone.", domain=domain.domain))
        tell(by, user.id, said, url=PLACE, icon="alert-triangle")
        send_mail(
            by,
            to=user.email,
            template="mail/domain_lost",
            values={
                "name": user.name,
                "domain": domain.domain,
                "address": outside.settings().mail_from,
                "url": outside.workspace_url(by.tenant, PLACE),
            },
            language=language,
        )


def find(domain: MailDomain, by: Actor) -> None:
    """Note that the record of a domain is there; those who heard that it was gone hear of it."""
    was_lost = domain.lost_at is not None
    domain.verified_at, domain.lost_at = by.now, None
    write_event(by, "mail_domain", domain.id, "record_found", changes=_named(domain))
    for user in who_may(by, *SETUP) if was_lost else ():
        with using(user.language or by.tenant.language):
            said = str(_("The DKIM record of %(domain)s is there again.", domain=domain.domain))
        tell(by, user.id, said, url=PLACE, icon="shield-check")


def _named(domain: MailDomain) -> dict[str, list[str]]:
    return {"name": [domain.domain, domain.domain]}
