"""The settings of a firm's own mail server and of the domains that mails are signed for."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from app.identity.routes.asking import show, submit, typed
from app.kernel.language import _
from app.mail.messages.rights import SETUP
from app.mail.outgoing import domains, servers
from app.mail.outgoing.models import STARTTLS
from app.mail.outgoing.servers import SECURITIES, Wish
from app.mail.pages.outgoing import PLACE, domain_lines, server_state
from app.mail.routes.blueprint import blueprint, settings
from app.web import current
from app.web.access import access
from app.web.render import see_other
from app.web.toasts import toast

TEMPLATE = "mail/outgoing.html"
DOMAIN = f"{PLACE}/domains/<uuid:domain_id>"


@blueprint.get(PLACE)
@access(permission=SETUP)
def show_mail_server() -> Response:
    """The firm's mail server and its domains."""
    kept = servers.mail_server(current.actor())
    standing = {"security": STARTTLS, "port": "587"}
    if kept is not None:
        standing = {
            "host": kept.host,
            "port": str(kept.port),
            "security": kept.security,
            "user": kept.user,
            "on": "1" if kept.is_on else "",
        }
    return show(TEMPLATE, _shown(), typed=standing)


@blueprint.post(PLACE)
@access(permission=SETUP)
def save_mail_server() -> Response:
    """Keep the firm's mail server."""

    def work() -> Response:
        wish = Wish(
            typed("host"),
            typed("port"),
            typed("security"),
            typed("user"),
            typed("password"),
            bool(typed("on")),
        )
        servers.save_server(wish, current.actor(), settings())
        toast(_("Saved."))
        return see_other(PLACE)

    return submit(work, TEMPLATE, _shown)


@blueprint.post(f"{PLACE}/test")
@access(permission=SETUP)
def test_mail_server() -> Response:
    """Sign in at the server without sending anything."""
    problem = servers.try_server(current.actor(), settings())
    if problem is None:
        toast(_("The mail server took our sign-in."))
    else:
        toast(_("It does not work: %(said)s", said=problem), kind="bad")
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/remove")
@access(permission=SETUP)
def remove_mail_server() -> Response:
    """Forget the server."""
    servers.remove_server(current.actor())
    toast(_("The mail server was removed. E-mails go out by the service’s again."))
    return see_other(PLACE)


@blueprint.post(f"{PLACE}/domains")
@access(permission=SETUP)
def add_mail_domain() -> Response:
    """Make a key for a domain."""

    def work() -> Response:
        domains.add_domain(typed("domain"), current.actor(), settings())
        toast(_("Now set the record at your name servers, then check it."))
        return see_other(PLACE)

    return submit(work, TEMPLATE, _shown)


@blueprint.post(f"{DOMAIN}/check")
@access(permission=SETUP)
def check_mail_domain(domain_id: UUID) -> Response:
    """Look for the record of a domain."""
    by = current.actor()
    domain = domains.find_domain(domain_id, by)
    domains.check_domain(domain, by)
    if domain.verified_at is not None and domain.problem is None:
        toast(_("The record is there: e-mails from %(domain)s are signed.", domain=domain.domain))
    else:
        toast(_("The record could not be confirmed."), kind="bad")
    return see_other(PLACE)


@blueprint.post(f"{DOMAIN}/remove")
@access(permission=SETUP)
def remove_mail_domain(domain_id: UUID) -> Response:
    """Forget a domain with its key."""
    by = current.actor()
    domains.remove_domain(domains.find_domain(domain_id, by), by)
    toast(_("The domain was removed."))
    return see_other(PLACE)


def _shown() -> dict[str, object]:
    by = current.actor()
    kept = servers.mail_server(by)
    return {
        "url": PLACE,
        "server": kept,
        "standing": server_state(kept, by) if kept is not None else None,
        "securities": SECURITIES.items(),
        "domains": domain_lines(by),
        "service": settings().mail_from,
    }
