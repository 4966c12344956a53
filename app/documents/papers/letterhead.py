"""What a firm puts on its documents: name, address, footer, bank, colour, logo and seal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from app.documents.papers.models import COLOUR, Letterhead
from app.documents.papers.pictures import keep_picture, picture
from app.events import write_event
from app.identity.operations.guard import require_change
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import LOCALES, Text, _, current
from app.kernel.localized import pick

MANAGE = ("document", "manage")
SEAL = ("document", "seal")
SUBJECT = "letterhead"  # What the audit calls it.
TEXTS = {"name": 200, "address": 400, "footer": 400, "bank": 600}  # Characters at most.
PICTURES = ("logo", "seal")
HEX = re.compile(r"#[0-9a-f]{6}\Z")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks of the letterhead; a picture of None stays, an empty one goes."""

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    colour: str = COLOUR
    logo: bytes | None = None
    seal: bytes | None = None


def letterhead(by: Actor) -> Letterhead:
    """What stands; a fresh one, not kept, where nothing was ever set."""
    found = by.session.scalars(select(Letterhead)).one_or_none()
    if found is not None:
        return found
    empty: dict[str, dict[str, str]] = {key: {} for key in TEXTS}
    return Letterhead(id=new_id(), version=0, colour=COLOUR, logo=None, seal=None, **empty)


def save_letterhead(by: Actor, wish: Wish, version: int | None = None) -> Letterhead:
    """Keep what documents made from now on show; Refused with a message per field, Conflict."""
    require_change(by, *MANAGE)
    head = letterhead(by)
    if version is not None and version != head.version:
        raise overtaken()
    texts = _checked(wish)
    before = _told(head)
    for key, value in texts.items():
        setattr(head, key, value)
    head.colour = wish.colour.lower()
    for key in PICTURES:
        sent: bytes | None = getattr(wish, key)
        if sent is not None:
            setattr(head, key, keep_picture(sent, key, by) if sent else None)
    after = _told(head)
    if after == before:
        return head
    head.version += 1
    head.updated_at = by.now
    by.session.add(head)
    try:
        by.session.flush()  # Of two who save at once, the second is told here.
    except StaleDataError:
        raise overtaken() from None
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    write_event(by, SUBJECT, head.id, "updated", changes=changes)
    return head


def firm_name(by: Actor) -> str:
    """What the firm is called on its papers, in the language in use."""
    return _named(letterhead(by), by)


def firm_of(head: Letterhead, by: Actor, *, has_seal: bool, has_bank: bool) -> dict[str, Any]:
    """The firm as a document shows it in the language in use; pictures by their file's name."""

    def lines(texts: Mapping[str, str]) -> list[str]:
        return pick(texts, current(), by.tenant.language).split("\n") if any(texts.values()) else []

    return {
        "name": _named(head, by),
        "colour": head.colour,
        "address": lines(head.address),
        "footer": "\n".join(lines(head.footer)),
        "bank": lines(head.bank) if has_bank else [],
        "logo": f"{head.logo}.png" if head.logo else None,
        "seal": f"{head.seal}.png" if head.seal and has_seal else None,
    }


def _named(head: Letterhead, by: Actor) -> str:
    return pick(head.name, current(), by.tenant.language) or by.tenant.name


def pictures_on(firm: Mapping[str, Any], by: Actor) -> dict[str, bytes]:
    """The pictures that the data of a document names, by their file's name."""
    found = {}
    for key in PICTURES:
        name = firm.get(key)
        content = picture(name.removesuffix(".png"), by) if name else None
        if name and content is not None:
            found[name] = content
    return found


def _checked(wish: Wish) -> dict[str, dict[str, str]]:
    errors: dict[str, Text | str] = {}
    texts = {key: _clean(wish.texts.get(key, {})) for key in TEXTS}
    for key, most in TEXTS.items():
        for language, text in texts[key].items():
            if len(text) > most:
                told: Text = _("This is longer than %(limit)s characters.", limit=most)
                errors[f"{key}.{language}"] = told
    if not HEX.match(wish.colour.lower()):
        errors["colour"] = _("Give a colour such as #2f54d6.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return texts


def _clean(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts that are any, each line without spaces at its ends."""
    found = {}
    for one in LOCALES:
        kept = (
            "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cs")).strip()
            for line in str(texts.get(one) or "").replace("\r\n", "\n").split("\n")
        )
        text = "\n".join(kept).strip()
        if text:
            found[one] = text
    return found


def _told(head: Letterhead) -> dict[str, Any]:
    texts = {key: dict(getattr(head, key)) for key in TEXTS}
    return {**texts, "colour": head.colour, **{key: getattr(head, key) for key in PICTURES}}


def overtaken() -> Conflict:
    """The answer to whoever saves what somebody else changed meanwhile."""
    return Conflict(_("Somebody changed this while you were editing it."))
