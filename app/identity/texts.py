"""What people type to name themselves: names, e-mail addresses and phone numbers, made safe."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

from app.kernel.errors import Refused
from app.kernel.language import _
from app.kernel.phones import to_e164

NAME_LENGTH = 200
EMAIL_LENGTH = 254
# Normalising a long run of combining marks takes time by the square of its length, so what is far
# too long is cut or refused before it, not after.
TYPED_NAME_LENGTH = 4 * NAME_LENGTH
# Control and format characters and line separators: they split mail headers and hide in names.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean_name(text: str, *, field: str = "name") -> str:
    """A name in one line, or Refused when nothing or too much is left of it."""
    if len(text) > TYPED_NAME_LENGTH:
        raise Refused(_("This name is too long."), field=field)
    kept = "".join(" " if unicodedata.category(c) in _UNSAFE else c for c in text)
    name = " ".join(unicodedata.normalize("NFC", kept).split())
    if not name:
        raise Refused(_("Enter a name."), field=field)
    if len(name) > NAME_LENGTH:
        raise Refused(_("This name is too long."), field=field)
    return name


def clean_person(text: str, *, field: str = "name") -> str:
    """The name of a person, as `clean_name`; what is wrong is said of a person's name."""
    try:
        return clean_name(text, field=field)
    except Refused as refusal:
        told = (
            _("This person’s name is too long.") if text.strip() else _("Enter the person’s name.")
        )
        raise Refused(told, field=field) from refusal


def clean_email(text: str, *, field: str = "email") -> str:
    """An e-mail address as it was typed, or Refused when mail can't be sent to it."""
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise Refused(_("Enter an e-mail address like name@example.com."), field=field) from error
    if len(found.normalized) > EMAIL_LENGTH:
        raise Refused(_("This e-mail address is too long."), field=field)
    return found.normalized


def email_key(email: str) -> str:
    """The spelling under which an e-mail address is unique in a workspace."""
    typed = email.strip()[:EMAIL_LENGTH]
    return unicodedata.normalize("NFKC", typed).casefold()[:EMAIL_LENGTH]


def clean_phone(text: str, country: str, *, field: str = "phone") -> str:
    """A phone number as E.164, read with the tenant's country, or Refused."""
    number = to_e164(text.strip(), country) if len(text) <= 40 else None
    if number is None:
        raise Refused(_("Enter a phone number, with its country code when abroad."), field=field)
    return number
