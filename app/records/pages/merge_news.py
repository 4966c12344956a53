"""What became of records that somebody is about to merge, since they looked at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.records.access import permitted
from app.records.history import changes_since
from app.records.merge.models import Merge, MergedRecord
from app.records.model import Record
from app.records.references import titles
from app.records.types import RecordType
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class News:
    """One sentence, with the address and the name of the record to which it leads, if any."""

    text: str
    url: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which of the records are `left`, what became of the others, and where one is to be found."""

    left: list[UUID]
    news: list[News]
    is_any_merged: bool


def what_became(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> Standing:
    """The records that `by` still sees; of the others the merged ones by name, the rest by number.

    What was merged into a record that `by` may not see is told as gone.
    """
    model = record_type.model
    seen = set(
        by.session.scalars(select(model.id).where(model.id.in_(ids), permitted(record_type, by)))
    )
    away = [one for one in ids if one not in seen]
    merged = _merged(record_type, away, by)
    news = [merged[one] for one in away if one in merged]
    count = len(away) - len(news)
    if count:
        text = ngettext(
            "%(n)s of these records is gone, or you may not see it.",
            "%(n)s of these records are gone, or you may not see them.",
            count,
        )
        news.append(News(text))
    return Standing([one for one in ids if one in seen], news, bool(merged))


def who_was_faster(
    record_type: RecordType, records: Sequence[Record], versions: Mapping[UUID, int], by: Actor
) -> list[News]:
    """Who changed what of these records since the versions that were sent, where that is known."""
    news = []
    for record in records:
        theirs = changes_since(record_type, record, versions.get(record.id, record.version), by)
        keys = [key for key in theirs if key in record_type.by_key]
        if not keys:
            continue
        last = max((theirs[key] for key in keys), key=lambda one: one.at)
        text = gettext(
            "%(who)s changed “%(name)s”, %(when)s: %(fields)s.",
            who=last.by or gettext("The system"),
            name=record_type.title_of(record),
            when=formats(by).relative(last.at, by.now),
            fields=formats(by).listed(str(record_type.by_key[key].label) for key in keys),
        )
        news.append(News(text))
    return news


def _merged(record_type: RecordType, ids: Sequence[UUID], by: Actor) -> dict[UUID, News]:
    """What is told of those that were merged into a record that `by` sees."""
    rows = by.session.execute(
        select(MergedRecord.record_id, MergedRecord.into_id, Merge.user_id, Merge.created_at)
        .join(Merge, Merge.id == MergedRecord.merge_id)
        .where(MergedRecord.record_type == record_type.key, MergedRecord.record_id.in_(ids))
    ).all()
    names = titles(record_type.key, [row.record_id for row in rows], by, with_deleted=True)
    into = titles(record_type.key, {row.into_id for row in rows}, by)
    people = names_of(by, {row.user_id for row in rows if row.user_id})
    return {
        row.record_id: News(
            gettext(
                "%(who)s merged “%(name)s” into “%(into)s”, %(when)s.",
                who=people.get(row.user_id) or gettext("The system"),
                name=names[row.record_id],
                into=into[row.into_id],
                when=formats(by).relative(row.created_at, by.now),
            ),
            f"/{record_type.collection}/{row.into_id}",
            into[row.into_id],
        )
        for row in rows
        if row.record_id in names and row.into_id in into
    }
