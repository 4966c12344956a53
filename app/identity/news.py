"""News of records: which kinds there are, and how the layer above puts them into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.identity.models import Notice
from app.kernel.actor import Actor
from app.kernel.language import Text, _

GIVEN, OWNED, FOLLOWED = "given", "owned", "followed"
MENTIONED, DUE, APPROVAL = "mentioned", "due", "approval"
KINDS: Mapping[str, Text] = {
    DUE: _("A reminder of a task or an appointment"),
    APPROVAL: _("Something waits for my approval, or what I asked for was decided"),
    MENTIONED: _("A colleague mentions me in a text"),
    GIVEN: _("A colleague gives me a record or a task"),
    OWNED: _("A colleague changes a record of mine"),
    FOLLOWED: _("A colleague changes a record that I follow, or writes something on it"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A notice in words."""

    notice: Notice
    text: str
    icon: str
    snooze: str = ""  # Where it is put off, when it reminds of something that is still open.


Teller = Callable[[Sequence[Notice], Actor], Mapping[UUID, Line]]
_teller: Teller | None = None


def install(teller: Teller) -> None:
    """Fix who puts news of records into words; start-up calls it once per process."""
    global _teller  # noqa: PLW0603  Fixed from here on, as the registry is.
    _teller = teller


def lines(notices: Sequence[Notice], by: Actor) -> list[Line]:
    """Notices in words; what `by` may know nothing of any more is left out."""
    told = [one for one in notices if not one.text]
    found = _teller(told, by) if _teller is not None and told else {}
    return [
        Line(one, one.text, one.icon) if one.text else found[one.id]
        for one in notices
        if one.text or one.id in found
    ]
