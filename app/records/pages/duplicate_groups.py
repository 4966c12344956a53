"""The page of a type's duplicates: groups of records that may be the same, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from app.identity.models import User
from app.kernel.actor import Actor
from app.kernel.errors import Missing
from app.kernel.firms import firm_core
from app.kernel.folding import fold
from app.kernel.ids import parse_id
from app.kernel.language import Text, _
from app.records.access import learn_shared, readable_keys
from app.records.duplicates.deny import may_deny
from app.records.duplicates.facts import SURENESS, How, Sign
from app.records.duplicates.find import REASONS, SIMILAR
from app.records.duplicates.groups import (
    COUNTED,
    PAGE,
    Asked,
    Group,
    count_groups,
    find_groups,
    seen_signs,
)
from app.records.duplicates.keys import read_key, spell_key
from app.records.merge.family import MOST
from app.records.merge.rights import may_merge
from app.records.pages.telling import Told, tell_apart
from app.records.tailored import switched_on
from app.records.types import RecordType
from app.web.formats import formats

COLLEAGUES = 200  # That can be chosen from as owners.
MINE = "me"
LABELS: Mapping[How, Text] = {  # A number is called as its field is.
    "email": _("E-mail"),
    "phone": _("Phone"),
    "firm": _("Name"),
    "person": _("Name"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose from above the groups."""

    value: str
    label: Text | str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """One group: what its records share, and the records, those to merge ticked."""

    key: int
    why: str
    records: list[Told]
    may_deny: bool
    ticked: int = MOST


@dataclass(frozen=True, slots=True)
class DuplicatesPage:
    """All that `records/duplicates.html` shows; `next_url` leads to the next groups."""

    record_type: RecordType
    url: str
    here: str
    groups: list[ShownGroup]
    reasons: list[Choice]
    owners: list[Choice]
    denied: bool
    is_narrowed: bool
    may_merge: bool
    count_url: str
    next_url: str
    first_url: str


def read_asked(record_type: RecordType, arguments: Mapping[str, str], by: Actor) -> Asked:
    """What an address asks for; what it says that means nothing is not asked.

    Nor is an owner by whoever may not see whose the records are: the answer would tell.
    """
    given = arguments.get("reason", "")
    how = next((one for one in SURENESS if one == given), None)
    text = arguments.get("owner", "") if "owner_id" in readable_keys(record_type, by) else ""
    owner_id = by.user_id if text == MINE else parse_id(text)
    return Asked(how, owner_id, arguments.get("show") == "denied")


def has_duplicates(record_type: RecordType) -> bool:
    """True where records of the type are known again by something."""
    return bool(record_type.signs)


def duplicates_url(record_type: RecordType) -> str:
    """The address of the page of a type's duplicates."""
    return f"/{record_type.collection}/duplicates"


def looked_at(by: Actor) -> list[RecordType]:
    """The types whose duplicates `by` may look at."""
    return [one for one in switched_on(by) if one.signs and by.may(one.key, "read")]


def sign_words(record_type: RecordType, by: Actor) -> str:
    """By what records of a type are known again: E-mail, phone, name."""
    shown = (str(_label(record_type, how)) for how in seen_signs(record_type, by))
    return formats(by).listed(dict.fromkeys(shown))


def duplicates_page(
    record_type: RecordType, arguments: Mapping[str, str], by: Actor
) -> DuplicatesPage:
    """One page of groups; Missing for a type whose records are known again by nothing."""
    if not has_duplicates(record_type):
        raise Missing(_("There is no such page."))
    asked = read_asked(record_type, arguments, by)
    after = read_key(arguments.get("after")) or 0
    found = find_groups(record_type, by, asked, after)
    shown = found[:PAGE]
    told = tell_apart(record_type, {one for g in shown for one in g.ids}, by, with_age=True)
    kept = {key: arguments[key] for key in ("reason", "owner", "show") if arguments.get(key)}
    url = duplicates_url(record_type)
    here = _address(url, kept | ({"after": spell_key(after)} if after else {}))
    more = {**kept, "after": spell_key(shown[-1].key)} if len(found) > PAGE else {}
    return DuplicatesPage(
        record_type,
        url,
        here,
        _shown(record_type, shown, told, by),
        _reasons(record_type, asked, by),
        _owners(record_type, arguments.get("owner", ""), by),
        asked.denied,
        asked.how is not None or asked.owner_id is not None,
        may_merge(record_type, by),
        _address(f"{url}/count", kept),
        _address(url, more) if more else "",
        _address(url, kept) if after else "",
    )


def count_in_words(record_type: RecordType, arguments: Mapping[str, str], by: Actor) -> str:
    """How many groups an address shows in all: 3, or 1,000+."""
    number = count_groups(record_type, by, read_asked(record_type, arguments, by))
    return f"{formats(by).number(min(number, COUNTED))}{'+' if number > COUNTED else ''}"


def reasons(record_type: RecordType, hows: Sequence[How], records: Sequence[Told]) -> list[Text]:
    """What some records share, in words; a name that only sounds the same is similar."""
    found = []
    for how in hows:
        signs = [sign for sign in record_type.signs if sign.how == how]
        is_same = all(_is_same(sign, records) for sign in signs)
        found.append(REASONS[how] if is_same else SIMILAR)
    return found


def _is_same(sign: Sign, records: Sequence[Told]) -> bool:
    """True where what a sign compares is written alike in all records, and not only spoken so."""
    if sign.how not in ("firm", "person"):
        return True
    texts = [[getattr(one.row, part.key) or "" for part in sign.attributes] for one in records]
    if sign.how == "firm":
        return len({firm_core(one[0]) for one in texts}) == 1
    return len({fold("".join(one)).replace(" ", "") for one in texts}) == 1


def _shown(
    record_type: RecordType,
    groups: Sequence[Group],
    told: Mapping[UUID, Told],
    by: Actor,
) -> list[ShownGroup]:
    ids = {one for group in groups for one in group.ids}
    model = record_type.model
    records = (
        {one.id: one for one in by.session.scalars(select(model).where(model.id.in_(ids)))}
        if ids
        else {}
    )
    learn_shared(record_type, list(records.values()), "update", by)
    found = []
    for group in groups:
        its = [told[one] for one in group.ids if one in told]
        if len(its) < 2:
            continue
        why = " · ".join(str(one) for one in reasons(record_type, group.hows, its))
        may = may_deny(record_type, [records[one.id] for one in its], by)
        found.append(ShownGroup(group.key, why, its, may))
    return found


def _reasons(record_type: RecordType, asked: Asked, by: Actor) -> list[Choice]:
    return [
        Choice(how, _label(record_type, how), asked.how == how)
        for how in seen_signs(record_type, by)
    ]


def _label(record_type: RecordType, how: How) -> Text | str:
    """What records are known by, in a word or two."""
    if how in LABELS:
        return LABELS[how]
    sign = next(one for one in record_type.signs if one.how == how)
    return record_type.field(sign.attributes[0].key).label


def _owners(record_type: RecordType, chosen: str, by: Actor) -> list[Choice]:
    """The colleagues whose records can be asked for, oneself first."""
    if "owner_id" not in readable_keys(record_type, by):
        return []
    rows = by.session.execute(
        select(User.id, User.name)
        .where(User.is_active.is_(True))
        .order_by(User.name_sort, User.id)
        .limit(COLLEAGUES)
    )
    mine = Choice(MINE, _("Me"), chosen in (MINE, str(by.user_id)))
    others = [
        Choice(str(row.id), row.name, chosen == str(row.id)) for row in rows if row.id != by.user_id
    ]
    return [mine, *others]


def _address(url: str, arguments: Mapping[str, str]) -> str:
    return f"{url}?{urlencode(arguments)}" if arguments else url
