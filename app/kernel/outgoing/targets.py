"""Addresses that may be called: http or https, a public host, a port of no inner service.

What an address is called proves nothing: `0x7f.1`, `127。0。0。1` and a name that leads to 10.0.0.1
are all the same to a connection. So a target is read here, and every address that its host leads to
is judged as a number by `is_public` before anything connects (see `call`).
"""

from __future__ import annotations

import ipaddress
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

SCHEMES = {"http": 80, "https": 443}
LONGEST = 2000  # Characters of an address.
FIRST_FREE_PORT = 1025  # Below stand the services of a machine: SSH, mail, names.
# Services that firms run inside, above that: databases, queues, caches, remote control.
INNER_PORTS = frozenset(
    {
        *(1433, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3128, 3306, 3389, 4222, 5432, 5433, 5672),
        *(5900, 5984, 5985, 5986, 6000, 6379, 6380, 6443, 7000, 7199, 8125, 8500, 9042, 9092, 9200),
        *(9300, 10250, 10255, 11211, 15672, 25672, 26379, 27017, 27018, 27019, 50000),
    }
)
# All that IPv6 gives to the public lies in here; mapped and translated IPv4 lies outside.
PUBLIC_6 = ipaddress.ip_network("2000::/3")
CLOSED: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = tuple(
    ipaddress.ip_network(one)
    for one in (
        "168.63.129.16/32",  # What a machine at Azure asks about itself.
        "192.88.99.0/24",  # Relays of 6to4.
        "2001::/23",  # Teredo and other addresses that carry another within them.
        "2001:db8::/32",  # Examples.
        "2002::/16",  # 6to4: an IPv4 address within.
        "3fff::/20",  # Examples.
    )
)


class Unfit(ValueError):
    """The text is no address that may be called."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address in its parts: `host` in ASCII without a dot at its end, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_tls(self) -> bool:
        """True where the line is encrypted."""
        return self.scheme == "https"


def read_target(url: str, *, allow_loopback: bool = False) -> Target:
    """The parts of an address; Unfit for every other scheme, port or spelling of a host.

    Nothing is looked up here: a host of letters may still lead inside, which `call` finds out.
    `allow_loopback` lets tests and the demo name this machine.
    """
    if len(url) > LONGEST or any(one.isspace() or not one.isprintable() for one in url):
        raise Unfit("An address has no spaces and is not endless.")
    if "\\" in url:
        raise Unfit("Readers of addresses differ on a backslash.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unfit("This is no address.") from None
    if parts.scheme not in SCHEMES:
        raise Unfit("Only http and https are called.")
    if "@" in parts.netloc:
        raise Unfit("An address names nobody.")
    host = _host(parts.hostname or "", allow_loopback=allow_loopback)
    port = SCHEMES[parts.scheme] if port is None else port
    if not _is_open(port):
        raise Unfit("No call goes to this port.")
    path = _ascii(parts.path or "/") + (f"?{_ascii(parts.query)}" if parts.query else "")
    return Target(parts.scheme, host, port, path)


def read_host(given: str, *, allow_loopback: bool = False) -> str:
    """A host by itself as it is looked up, such as a mail server; Unfit for what is not public."""
    if len(given) > LONGEST or not given.isprintable() or set(given) & set(" /\\@#?"):
        raise Unfit("This is no host.")
    return _host(given, allow_loopback=allow_loopback)


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """True for the number of a machine that anybody can reach, such as `93.184.216.34`."""
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if number.is_loopback:
        return allow_loopback
    if not number.is_global or number.is_multicast or number.is_reserved:
        return False
    if number.version == 6 and number not in PUBLIC_6:
        return False
    return not any(number in one for one in CLOSED if one.version == number.version)


def _host(given: str, *, allow_loopback: bool) -> str:
    """The host as it is looked up; numbers in no other spelling than the usual one."""
    text = unicodedata.normalize("NFKC", given).lower().rstrip(".")
    if "%" in text or not text:
        raise Unfit("This is no host.")
    if ":" in text or _is_number(text):
        return _number(text, allow_loopback=allow_loopback)
    if text == "localhost" or text.endswith(".localhost"):
        if allow_loopback:
            return text
        raise Unfit("This is no public address.")
    try:
        host = idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        raise Unfit("This is no host.") from None
    if "." not in host or _is_number(host):
        raise Unfit("A public host has a dot, and a number has one spelling.")
    return host


def _number(text: str, *, allow_loopback: bool) -> str:
    """A host that is a number."""
    try:
        number = ipaddress.ip_address(text)
    except ValueError:
        raise Unfit("A number has one spelling.") from None
    if not is_public(text, allow_loopback=allow_loopback):
        raise Unfit("This is no public address.")
    return str(number)


def _is_number(host: str) -> bool:
    """True for what a resolver takes for an IPv4 address: its last part begins as a number does."""
    last = host.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")


def _is_open(port: int) -> bool:
    return port in (80, 443) or (FIRST_FREE_PORT <= port <= 65_535 and port not in INNER_PORTS)


def _ascii(text: str) -> str:
    """A part of an address as it goes over the line; what is written as %xx stays so."""
    return "".join(
        one if ord(one) < 128 else "".join(f"%{byte:02X}" for byte in one.encode()) for one in text
    )
