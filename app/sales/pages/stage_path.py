"""The way of an opportunity on its page: its stages as a path, and how long it was in each.

Since when it was where is told by its events, which are the only history that there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.events import Event
from app.identity.operations.users import names_of
from app.kernel.actor import Actor
from app.kernel.language import current, gettext, ngettext
from app.kernel.localized import pick
from app.records.access import may_do, sees, writable_keys
from app.records.tailored import tailored
from app.sales.models import Opportunity
from app.sales.operations.stages import Pipelines, StageFacts, load_pipelines
from app.web.formats import formats


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the path: past, here or next; `days` says how long it was there in all."""

    id: str
    name: str
    state: str
    days: str
    may_move: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay in a stage: since when, for how long, who moved it there."""

    name: str
    since: str
    days: str
    who: str


@dataclass(frozen=True, slots=True)
class _Stay:
    stage_id: str
    since: datetime
    until: datetime
    by_id: object


def stage_path(opportunity: Opportunity, by: Actor) -> dict[str, object]:
    """The path and the stays of an opportunity; nothing where the role hides the stage."""
    record_type = tailored("opportunity", by)
    if not sees(record_type, "stage_id", by):
        return {"steps": []}
    known = load_pipelines(by.session)
    stays = _stays(opportunity, by)
    may_move = (
        opportunity.is_open
        and not by.tenant.is_read_only
        and "stage_id" in writable_keys(record_type, by)
        and may_do(record_type, opportunity, "update", by)
    )
    return {
        "steps": _steps(opportunity, known, stays, by, may_move=may_move),
        "visits": _visits(known, stays, by),
        "url": f"/opportunities/{opportunity.id}/path",
        "move_url": f"/opportunities/{opportunity.id}/move",
        "back": f"/opportunities/{opportunity.id}",
        "version": opportunity.version,
    }


def _stays(opportunity: Opportunity, by: Actor) -> list[_Stay]:
    """Each stay in a stage, in order; the last one lasts until it was closed, or until now."""
    rows = by.session.execute(
        select(Event.at, Event.actor_id, Event.changes["stage_id"][1].astext.label("stage_id"))
        .where(
            Event.record_type == "opportunity",
            Event.record_id == opportunity.id,
            Event.changes.has_key("stage_id"),
        )
        .order_by(Event.at, Event.id)
    ).all()
    begun = [(row.stage_id, row.at, row.actor_id) for row in rows if row.stage_id]
    if not begun or begun[-1][0] != opportunity.stage_id:  # What came in past the door.
        begun.append((opportunity.stage_id, opportunity.stage_since, None))
    end = _closed_at(opportunity, by) or by.now
    ends = [at for _stage, at, _who in begun[1:]] + [end]
    return [
        _Stay(stage_id, since, max(until, since), who)
        for (stage_id, since, who), until in zip(begun, ends, strict=True)
    ]


def _closed_at(opportunity: Opportunity, by: Actor) -> datetime | None:
    """When it was won or lost, where it is."""
    if opportunity.outcome == "open":
        return None
    return by.session.scalar(
        select(Event.at)
        .where(
            Event.record_type == "opportunity",
            Event.record_id == opportunity.id,
            Event.changes.has_key("outcome"),
        )
        .order_by(Event.at.desc())
        .limit(1)
    )


def _steps(
    opportunity: Opportunity,
    known: Pipelines,
    stays: Sequence[_Stay],
    by: Actor,
    *,
    may_move: bool,
) -> list[Step]:
    pipeline = known.by_id[opportunity.pipeline_id]
    stages = [
        one for one in pipeline.stages if not one.is_retired or one.id == opportunity.stage_id
    ]
    here = next(at for at, one in enumerate(stages) if one.id == opportunity.stage_id)
    lasted: dict[str, int] = {}
    for one in stays:
        lasted[one.stage_id] = lasted.get(one.stage_id, 0) + _days(one, by)
    return [
        Step(
            one.id,
            _name(one, by),
            "here" if at == here else "past" if at < here else "next",
            _told(lasted[one.id]) if one.id in lasted else "",
            may_move and at != here and not one.is_retired,
        )
        for at, one in enumerate(stages)
    ]


def _visits(known: Pipelines, stays: Sequence[_Stay], by: Actor) -> list[Visit]:
    names: Mapping[object, str] = dict(names_of(by, {one.by_id for one in stays if one.by_id}))  # type: ignore[misc,arg-type]  # Ids of users.
    write = formats(by)
    return [
        Visit(
            _name(known.stages[one.stage_id], by) if one.stage_id in known.stages else "",
            write.moment(one.since, by.today()),
            _told(_days(one, by)),
            names.get(one.by_id, gettext("The service") if one.by_id is None else ""),
        )
        for one in reversed(stays)
    ]


def _days(stay: _Stay, by: Actor) -> int:
    """For how many days that was, by the reader's calendar."""
    return (stay.until.astimezone(by.zone).date() - stay.since.astimezone(by.zone).date()).days


def _told(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days, n=days)


def _name(stage: StageFacts, by: Actor) -> str:
    return pick(stage.name, current(), by.tenant.language)
