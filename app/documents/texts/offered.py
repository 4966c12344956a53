"""What can be written into a template: the fields that the picker offers, and which paths mean any.

A path is `contact.title`, one step of a reference further `contact.account.name`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from liquid.static_analysis import Variable

from app.documents.texts.engine import parse
from app.documents.texts.filters import FILTERS
from app.documents.texts.variables import FIRM, PERSON, field_called, spoken
from app.documents.texts.wrong import Wrong, no_filter, too_complicated
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.records.access import readable_fields
from app.records.fields import Field
from app.records.tailored import tailored
from app.records.types import RecordType

ROOTS = {"firm": FIRM, "me": PERSON}
WORDS: dict[str, Text] = {
    "name": _("Full name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to insert: what it is called, and what is written for it."""

    path: str
    label: str

    @property
    def code(self) -> str:
        """What stands in the template."""
        return f"{{{{ {self.path} }}}}"


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs together under a heading."""

    label: str
    offers: tuple[Offer, ...]


def offered(record_type: RecordType, by: Actor) -> list[Group]:
    """Everything that `by` may see and insert into a template for this type, in words."""
    fields = readable_fields(record_type, by)
    own = [
        Offer(f"{record_type.key}.{spoken(one)}", str(one.label))
        for one in fields
        if not one.to or one.to != "user"
    ]
    groups = [Group(str(record_type.words.one), tuple(own))]
    groups += [_beyond(record_type, one, by) for one in fields if one.to]
    groups.append(_named("me", _("Sender")))
    groups.append(_named("firm", _("Our firm")))
    groups.append(Group(str(_("Date")), (Offer("today", str(_("Today"))),)))
    return groups


def _beyond(record_type: RecordType, one: Field, by: Actor) -> Group:
    """What a reference leads to."""
    path = f"{record_type.key}.{spoken(one)}"
    if one.to == "user":
        offers = tuple(Offer(f"{path}.{key}", str(WORDS[key])) for key in PERSON)
        return Group(str(one.label), offers)
    target = tailored(one.to or "", by)
    return Group(
        str(one.label),
        tuple(
            Offer(f"{path}.{spoken(other)}", str(other.label))
            for other in readable_fields(target, by)
        ),
    )


def _named(root: str, label: Text) -> Group:
    words = {**WORDS, "name": _("Name")} if root == "firm" else WORDS
    offers = tuple(Offer(f"{root}.{key}", str(words[key])) for key in ROOTS[root])
    return Group(str(label), offers)


def check(source: str, record_type: RecordType, by: Actor) -> None:
    """Wrong with its line where a text can't be read, or names what there is not."""
    template = parse(source)
    try:
        found = template.analyze(include_partials=False)
    except RecursionError:
        raise Wrong(None, too_complicated()) from None
    for name, spans in found.filters.items():
        if name not in FILTERS:
            raise Wrong(spans[0].line_col(source)[0], no_filter(name))
    for one in _in_order(found.globals):
        if not _means_something(one, record_type, by):
            line, _column = one.span.line_col(source)
            raise Wrong(line, _("There is no “%(path)s”.", path=str(one)[:80]))


def _in_order(found: dict[str, list[Variable]]) -> Iterator[Variable]:
    every = [one for group in found.values() for one in group]
    return iter(sorted(every, key=lambda one: one.span.index))


def _means_something(one: Variable, record_type: RecordType, by: Actor) -> bool:
    path = [part for part in one.segments if isinstance(part, str)]
    if len(path) != len(one.segments):
        return False
    root, *rest = path
    if root == "today":
        return not rest
    if root in ROOTS:
        return not rest or (len(rest) == 1 and rest[0] in ROOTS[root])
    return root == record_type.key and _leads_somewhere(rest, record_type, by, steps=1)


def _leads_somewhere(path: list[str], record_type: RecordType, by: Actor, steps: int) -> bool:
    """True where a path below a record ends at a field, or at a record itself."""
    if not path:
        return True
    one = field_called(record_type, path[0])
    if one is None:
        return False
    if len(path) == 1:
        return True
    if one.to == "user":
        return len(path) == 2 and path[1] in PERSON
    if not one.to or not steps:
        return False
    return _leads_somewhere(path[1:], tailored(one.to, by), by, steps - 1)
