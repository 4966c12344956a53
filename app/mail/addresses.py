"""Addresses and header texts that cannot smuggle a second recipient or a second header."""

from __future__ import annotations

import unicodedata
from email.headerregistry import Address
from email.utils import parseaddr

from email_validator import EmailNotValidError, validate_email

from app.kernel.errors import Refused
from app.kernel.language import _

# Control characters, line separators, and lone halves of characters.
UNSAFE = frozenset({"Cc", "Cs", "Zl", "Zp"})
SUBJECT_LENGTH = 300
NAME_LENGTH = 100


def clean_address(text: str, *, field: str = "email") -> str:
    """The address that mail is sent to, its domain in ASCII, or Refused where none is meant.

    Whether the domain exists is the mail server's to find out: we ask no name server.
    """
    try:
        found = validate_email(text, check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise Refused(_("Enter an e-mail address like name@example.com."), field=field) from error
    return f"{found.local_part}@{found.ascii_domain}"


def clean_header(text: str, length: int = SUBJECT_LENGTH) -> str:
    """A text of one line for a header; what would end the line or hide in it is refused."""
    line = text.strip()
    if any(unicodedata.category(letter) in UNSAFE for letter in line):
        raise Refused(_("The subject and names of an e-mail must be one line."))
    return line if len(line) <= length else line[: length - 1] + "…"


def no_code(text: str) -> str:
    """A text in which nothing is read as an encoded word (RFC 2047).

    Whoever puts a text into a header has it decoded first, and what comes out may hold line breaks.
    """
    return text.replace("=?", "= ?")


def sender(mail_from: str, workspace: str) -> Address:
    """Who a workspace's mail comes from: its name, at the service's own address."""
    _name, address = parseaddr(mail_from)
    local, _at, domain = address.rpartition("@")
    name = "".join(c for c in workspace if unicodedata.category(c) not in UNSAFE)
    return Address(
        display_name=no_code(name[:NAME_LENGTH]), username=local or "no-reply", domain=domain
    )
