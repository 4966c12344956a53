"""How often a network, or a mailbox, may ask the service for something without being known."""

from __future__ import annotations

from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from app.identity.limits import Counter, Limit
from app.identity.texts import email_key

SIGN_UPS = Limit("sign-up:network", 10, 3600)  # An office that tries things out.
SIGN_UPS_MAILBOX = Limit("sign-up:mailbox", 5, 86400)
SIGN_UPS_ALL = Limit("sign-up:all", 500, 3600)  # However many networks ask: schemas cost room.
AGAIN = Limit("sign-up:again", 30, 3600)  # Each costs a worker some tries.
LOOKS = Limit("sign-up:looks", 300, 600)  # Addresses looked at while somebody types.
FINDS = Limit("find:network", 20, 3600)
FINDS_MAILBOX = Limit("find:mailbox", 3, 3600)


def network(address: str) -> str:
    """The network that an address is one of: a host of IPv6 has all of its 64 bits to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found)


def for_sign_up(address: str, email: str) -> list[Counter]:
    """The counters of one sign-up."""
    return _counters(
        (SIGN_UPS, network(address)), (SIGN_UPS_MAILBOX, email_key(email)), (SIGN_UPS_ALL, "")
    )


def for_again(address: str) -> list[Counter]:
    """The counters of one wish to have a workspace tried again."""
    return _counters((AGAIN, network(address)))


def for_look(address: str) -> list[Counter]:
    """The counters of one look at whether an address is free."""
    return _counters((LOOKS, network(address)))


def for_find(address: str, email: str) -> list[Counter]:
    """The counters of one wish to be mailed one's workspaces."""
    return _counters((FINDS, network(address)), (FINDS_MAILBOX, email_key(email)))


def _counters(*limited: tuple[Limit, str]) -> list[Counter]:
    return [Counter(limit, f"{limit.kind}:{_hidden(subject)}") for limit, subject in limited]


def _hidden(subject: str) -> str:
    """A digest in place of what is counted, so that the table names nobody."""
    return sha256(subject.encode("utf-8", "replace")).hexdigest()
