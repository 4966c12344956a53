"""The settings of a pool in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.identity.models import Grant, Role
from app.kernel.actor import Actor, Reach
from app.kernel.errors import Refused
from app.kernel.language import current, gettext, ngettext
from app.kernel.localized import pick
from app.records.pages.audit import named
from app.records.pages.sharing import condition_words, group_words
from app.records.pool.capping import caps_of
from app.records.pool.choose import KEEP
from app.records.pool.facts import SEE_POOL
from app.records.pool.figures import CAP, figures
from app.records.pool.models import PoolCap
from app.records.sharing.stored import read_stored
from app.records.types import RecordType
from app.records.views.shelf import shelf
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class ShownCap:
    """One cap as its line shows it."""

    id: UUID
    group: str
    told: list[str]


def shown_caps(record_type: RecordType, by: Actor) -> list[ShownCap]:
    """Every cap on a type in words."""
    caps = caps_of(record_type, by)
    names = group_names([(one.group_kind, one.group_id) for one in caps], by)
    one_word, many = record_type.words.count
    found = []
    for cap in caps:
        told = []
        if cap.most_owned is not None:
            what = ngettext(one_word, many, cap.most_owned)
            told.append(gettext("own at most %(what)s", what=what))
        if cap.most_views is not None:
            what = ngettext(one_word, many, cap.most_views)
            told.append(gettext("open at most %(what)s of the pool a day", what=what))
        spared = spared_words(record_type, cap.spared, by)
        if spared:
            told.append(gettext("not counting: %(what)s", what=" · ".join(spared)))
        found.append(ShownCap(cap.id, names[cap.group_kind, cap.group_id], told))
    return found


def group_names(groups: Sequence[tuple[str, UUID]], by: Actor) -> Mapping[tuple[str, UUID], str]:
    """What teams and roles are called, with what stands for those that are gone."""
    wanted: dict[str, set[UUID]] = {}
    for kind, group_id in groups:
        wanted.setdefault(kind, set()).add(group_id)
    names = named(wanted, by)
    return {pair: group_words(pair[0], names.get(pair, "")) for pair in groups}


def spared_words(record_type: RecordType, stored: Mapping[str, Any], by: Actor) -> list[str]:
    """The filters of a row in words; none where they can't be read, as they spare nothing then."""
    try:
        return condition_words(record_type, read_stored(stored) if stored else (), by)
    except Refused:
        return []


def view_choices(
    record_type: RecordType, stored: Mapping[str, Any], by: Actor
) -> list[tuple[str, str]]:
    """The views whose filters can be taken over, behind those filters that stand already."""
    views = [(str(one.id), one.name) for one in shelf(by).of(record_type.key)]
    if not stored:
        return views
    words = " · ".join(spared_words(record_type, stored, by))
    stands = gettext("As it stands: %(what)s", what=words or gettext("a field that is gone"))
    return [(KEEP, stands), *views]


def typed_cap(cap: PoolCap) -> dict[str, str]:
    """A cap as its form holds it."""
    return {
        "group": f"{cap.group_kind}:{cap.group_id}",
        "most_owned": "" if cap.most_owned is None else str(cap.most_owned),
        "most_views": "" if cap.most_views is None else str(cap.most_views),
        "spared": KEEP if cap.spared else "",
    }


def who_sees_all(record_type: RecordType, by: Actor) -> list[str]:
    """The roles that see the pool and all records of the type, from whom nothing is hidden."""
    all_read = select(Grant.role_id).where(
        Grant.record_type == record_type.key, Grant.verb == "read", Grant.reach == int(Reach.ALL)
    )
    sees = select(Grant.role_id).where(Grant.record_type == record_type.key, Grant.verb == SEE_POOL)
    rows = select(Role).where(Role.is_owner | (Role.id.in_(all_read) & Role.id.in_(sees)))
    found = by.session.scalars(rows.order_by(Role.position))
    return [pick(one.label, current(), by.tenant.language) for one in found]


def shown_figures(record_type: RecordType, by: Actor) -> dict[str, object]:
    """The figures of a pool, its size in words and the weeks by the day on which each begins."""
    found, write = figures(record_type, by), formats(by)
    one, many = record_type.words.count
    number = write.number(min(found.size, CAP))
    size = ngettext(one, many, found.size, n=f"{number}+" if found.size > CAP else number)
    weeks = [write.day(one, by.today()) for one in found.mondays]
    return {"figures": found, "size": size, "weeks": weeks}
