"""The settings of what stands on every document, with a sample of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.documents.papers.layouts import SHARED
from app.documents.papers.letterhead import TEXTS, Wish, firm_of, letterhead, pictures_on
from app.documents.papers.models import Letterhead
from app.documents.papers.pictures import picture, redrawn
from app.documents.pdf.press import pages_of
from app.kernel.actor import Actor
from app.kernel.language import NATIVE_NAMES, OFFERED, Text, _, current, gettext, using
from app.web.formats import formats

LABELS: Mapping[str, Text] = {
    "name": _("Name of the firm"),
    "address": _("Address and contact"),
    "footer": _("At the foot of each page"),
    "bank": _("Bank account"),
}


@dataclass(frozen=True, slots=True)
class HeadForm:
    """All that the settings show; `shown` are the pictures that stand, by their use."""

    version: int
    texts: Mapping[str, Mapping[str, str]]
    colour: str
    shown: Mapping[str, str]
    errors: Mapping[str, Text | str] = field(default_factory=dict)
    alerts: tuple[Text | str, ...] = ()

    @property
    def labels(self) -> Mapping[str, Text]:
        """What each text is called."""
        return LABELS

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The languages, the reader's first."""
        first = current() if current() in OFFERED else "zh-CN"
        order = (first, *(one for one in OFFERED if one != first))
        return [(one, NATIVE_NAMES[one]) for one in order]


def head_form(
    by: Actor,
    wish: Wish | None = None,
    errors: Mapping[str, Text | str] | None = None,
    alerts: tuple[Text | str, ...] = (),
) -> HeadForm:
    """The letterhead as it stands, or as somebody wishes it."""
    head = letterhead(by)
    texts = wish.texts if wish is not None else {key: getattr(head, key) for key in TEXTS}
    shown = {key: _shown(getattr(head, key), by) for key in ("logo", "seal")}
    colour = wish.colour if wish is not None else head.colour
    return HeadForm(head.version, texts, colour, shown, errors or {}, alerts)


def sample(wish: Wish, language: str, by: Actor) -> str:
    """A letter as it would look, as a picture; Refused for a logo or seal that is no picture."""
    head = letterhead(by)
    wished = Letterhead(
        **{key: dict(wish.texts.get(key, {})) for key in TEXTS},
        colour=wish.colour,
        logo=head.logo,
        seal=head.seal,
    )
    with using(language):
        firm = firm_of(wished, by, has_seal=True, has_bank=True)
        pictures = pictures_on(firm, by)
        for key, sent in (("logo", wish.logo), ("seal", wish.seal)):
            if sent:
                firm[key] = f"{key}.png"
                pictures[firm[key]] = redrawn(sent, key)
            elif sent is not None:
                firm[key] = None
        data = _data(firm, by)
    pages = pages_of(SHARED / "letter-2.typ", data, pictures, by.now, 1)
    return f"data:image/png;base64,{b64encode(pages.pictures[0]).decode()}"


def _data(firm: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    from datetime import date

    return {
        "language": current(),
        "title": gettext("Sample"),
        "date": formats(by).day(by.today(), date.min),
        "firm": firm,
        "words": {"page": gettext("Page {n} of {total}"), "bank": gettext("Bank account")},
        "content": {
            "to": [gettext("Name of the customer"), gettext("Address")],
            "subject": gettext("What it is about"),
            "body": gettext("This is how your documents look.\n\nWith kind regards"),
            "signed": by.name or firm["name"],
            "under": firm["name"],
        },
    }


def _shown(digest: str | None, by: Actor) -> str:
    content = picture(digest, by)
    return f"data:image/png;base64,{b64encode(content).decode()}" if content else ""
