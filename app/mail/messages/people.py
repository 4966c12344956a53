"""Who a mail goes to, as people type it: several addresses in one line, some with a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address

from app.kernel.errors import Refused
from app.kernel.language import _
from app.mail.addresses import NAME_LENGTH, UNSAFE, clean_address, no_code
from config.settings import Settings

# Parts between commas and semicolons of either script, or on lines of their own; quotes hold any.
PART = re.compile(r'(?:"[^"\n]*"|[^,;，；、\n])+')
NAMED = re.compile(r'\s*"?(?P<name>[^"<>]*?)"?\s*<(?P<address>[^<>]*)>\s*\Z')
DIVIDES = re.compile("[,;，；、]")
MOST = 50  # Of one mail; more is a mailing, which people can leave.
LONGEST = 10_000  # Characters of such a line.


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address, with the name that stands before it, or none."""

    address: str
    name: str = ""

    @property
    def key(self) -> str:
        """By which the same address is known whatever its case."""
        return self.address.casefold()

    @property
    def shown(self) -> str:
        """As people write it."""
        return f"{self.name} <{self.address}>" if self.name else self.address

    def told(self, *, shows_addresses: bool) -> str:
        """By name where one is known; empty where it is an address and none may be told.

        Some programs make a name of the address.
        """
        if shows_addresses:
            return self.name or self.address
        return "" if re.search("[@＠]", self.name) else self.name

    @property
    def header(self) -> Address:
        """As a header takes it."""
        local, _at, domain = self.address.rpartition("@")
        return Address(display_name=no_code(self.name), username=local, domain=domain)

    def as_json(self) -> dict[str, str]:
        """As a message keeps it."""
        return {"address": self.address, "name": self.name}


def read_people(text: str, field: str) -> list[Mailbox]:
    """The addresses of a line, each once; Refused beside `field` for what is none."""
    if len(text) > LONGEST:
        raise Refused(_("At most %(limit)s characters.", limit=LONGEST), field=field)
    found: dict[str, Mailbox] = {}
    for part in PART.findall(text):
        if part.strip():
            one = _read(part.strip(), field)
            found.setdefault(one.key, one)
    return list(found.values())


def listed(people: Iterable[Mailbox]) -> str:
    """Addresses as a line that `read_people` reads."""
    return ", ".join(
        f'"{one.name}" <{one.address}>' if DIVIDES.search(one.name) else one.shown for one in people
    )


def kept_people(rows: Sequence[dict[str, str]]) -> list[Mailbox]:
    """Addresses as a message keeps them."""
    return [Mailbox(one["address"], one.get("name", "")) for one in rows]


def takes_in(one: Mailbox, settings: Settings) -> bool:
    """True for an address at which the service takes mail in."""
    domain = settings.inbound_mail_domain.casefold()
    return bool(domain) and one.key.rpartition("@")[2] == domain


def clean_name(name: str) -> str:
    """A name in one line, without what could end a header or hide in it."""
    seen = "".join(one for one in name if unicodedata.category(one) not in UNSAFE)
    return " ".join(seen.replace('"', "").split())[:NAME_LENGTH]


def _read(part: str, field: str) -> Mailbox:
    named = NAMED.match(part)
    address, name = (named["address"].strip(), named["name"]) if named else (part, "")
    try:
        return Mailbox(clean_address(address, field=field), clean_name(name))
    except Refused:
        shown = clean_name(part)
        raise Refused(
            _("“%(text)s” is no e-mail address like name@example.com.", text=shown), field=field
        ) from None
