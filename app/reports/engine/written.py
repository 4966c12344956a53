"""Definitions as JSON, as they are kept and as programs send them.

`{"record_type": "contact", "groups": [{"field": "created_at", "unit": "month"}], "measures":
[{"what": "count"}], "filter": {...}, "period": {"field": "created_at", "in": "this_year",
"compare": "year"}, "shape": "bar"}`; `filter` is written as that of a list. `drawn` is the place
of the measure that a chart draws, where that is not the first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from app.kernel.errors import Refused
from app.kernel.language import _
from app.records.filters import Node
from app.records.filters.written import as_tree, read_tree
from app.reports.engine.definition import (
    COMPARISONS,
    COUNT,
    MEASURES,
    MOST_GROUPS,
    MOST_MEASURES,
    MOST_SHOWN,
    OF_FIELD,
    RATE,
    SHAPES,
    SORTS,
    UNITS,
    Definition,
    Grouped,
    Measure,
    Period,
)

LONGEST_STEP = 20  # Characters.


def write(definition: Definition) -> dict[str, Any]:
    """A definition as JSON holds it; what says nothing is left out."""
    found: dict[str, Any] = {
        "record_type": definition.record_type,
        "groups": [_group(one) for one in definition.groups],
        "measures": [_measure(one) for one in definition.measures],
        "shape": definition.shape,
    }
    if definition.filters:
        found["filter"] = as_tree(definition.filters)
    if definition.period is not None:
        period = definition.period
        found["period"] = _told({"field": period.key, "in": period.text, "compare": period.compare})
    if definition.drawn:
        found["drawn"] = definition.drawn
    return found


def read(raw: Any) -> Definition:
    """A definition out of JSON; Refused, by the part that is wrong, where it can't be one.

    Whether its fields are there, and whose they are to see, is said when it is given a meaning.
    """
    if not isinstance(raw, Mapping):
        raise Refused(_("A report is an object."), field="definition")
    known = {"record_type", "groups", "measures", "filter", "period", "shape", "drawn"}
    unknown = [str(one) for one in raw if one not in known]
    if unknown:
        message = _("There is no such part of a report.")
        raise Refused(message, errors=dict.fromkeys(unknown, message))
    groups = [_read_group(one) for one in _list(raw, "groups")]
    measures = [_read_measure(one) for one in _list(raw, "measures")] or [Measure()]
    if len(groups) > MOST_GROUPS:
        raise Refused(_("A report has at most %(most)s groups.", most=MOST_GROUPS), field="groups")
    if len({(one.key, one.unit) for one in groups}) < len(groups):
        raise Refused(_("Group by each field once."), field="groups")
    if len(measures) > MOST_MEASURES:
        message = _("A report has at most %(most)s measures.", most=MOST_MEASURES)
        raise Refused(message, field="measures")
    return Definition(
        _text(raw, "record_type"),
        tuple(groups),
        tuple(measures),
        read_filter(raw.get("filter"), "filter"),
        _read_period(raw.get("period")),
        _one_of(raw, "shape", SHAPES, "table"),
        _read_drawn(raw.get("drawn"), measures),
    )


def read_filter(raw: Any, name: str) -> tuple[Node, ...]:
    """Filters out of JSON, as those of a list; Refused at `name`."""
    if raw in (None, {}, []):
        return ()
    try:
        return read_tree(json.dumps(raw))
    except Refused as refused:
        raise Refused(refused.message, field=name) from None


def _read_group(raw: Any) -> Grouped:
    known = _object(raw, "groups", ("field", "unit", "step", "most", "sort"))
    most = known.get("most") or 0
    if isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= MOST_SHOWN:
        message = _("Show between 1 and %(most)s groups, or all.", most=MOST_SHOWN)
        raise Refused(message, field="groups")
    return Grouped(
        _text(known, "field"),
        _one_of(known, "unit", ("", *UNITS), ""),
        read_step(known.get("step")),
        most,
        _one_of(known, "sort", SORTS, ""),
    )


def read_step(raw: Any) -> Decimal | None:
    """The width of ranges; Refused where it is no number above zero."""
    if raw in (None, ""):
        return None
    message = _("The width of ranges is a number above zero.")
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Refused(message, field="groups")
    text = str(raw).strip().replace(",", "")
    try:
        step = Decimal(text)
    except InvalidOperation:
        raise Refused(message, field="groups") from None
    if len(text) > LONGEST_STEP or not step.is_finite() or not 0 < step < 10**13:
        raise Refused(message, field="groups")
    if step != round(step, 4):
        raise Refused(_("At most %(n)s digits after the point.", n=4), field="groups")
    return step


def _read_drawn(raw: Any, measures: Sequence[Measure]) -> int:
    drawn = raw or 0
    if isinstance(drawn, bool) or not isinstance(drawn, int) or not 0 <= drawn < len(measures):
        message = _("A chart draws one of the measures, the first of which is 0.")
        raise Refused(message, field="drawn")
    return drawn


def _read_measure(raw: Any) -> Measure:
    known = _object(raw, "measures", ("what", "field", "part", "whole"))
    what, key = _one_of(known, "what", MEASURES, COUNT), _text(known, "field")
    if what in OF_FIELD and not key:
        raise Refused(_("Choose the field that is measured."), field="measures")
    part, whole = (read_filter(known.get(one), "measures") for one in ("part", "whole"))
    if what == RATE and not part:
        raise Refused(_("Say which records a rate counts."), field="measures")
    if what != RATE and (part or whole):
        raise Refused(_("Only a rate counts by conditions."), field="measures")
    return Measure(what, "" if what in (COUNT, RATE) else key, part, whole)


def _read_period(raw: Any) -> Period | None:
    if raw in (None, {}):
        return None
    known = _object(raw, "period", ("field", "in", "compare"))
    key, text = _text(known, "field"), _text(known, "in")
    if not key and not text:
        return None
    if not key or not text:
        raise Refused(_("A period has a date and the time it lies in."), field="period")
    return Period(key, text, _one_of(known, "compare", COMPARISONS, ""))


def _group(one: Grouped) -> dict[str, Any]:
    step = None if one.step is None else f"{one.step.normalize():f}"
    told = {"field": one.key, "unit": one.unit, "step": step, "most": one.most, "sort": one.sort}
    return _told(told)


def _measure(one: Measure) -> dict[str, Any]:
    found = _told({"what": one.what, "field": one.key})
    for name, filters in (("part", one.part), ("whole", one.whole)):
        if filters:
            found[name] = as_tree(filters)
    return found


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", 0)}


def _list(raw: Mapping[str, Any], key: str) -> Sequence[Any]:
    found = raw.get(key) or []
    if not isinstance(found, list):
        raise Refused(_("This must be a list."), field=key)
    return found


def _object(raw: Any, name: str, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping) or set(raw) - set(keys):
        raise Refused(_("This part of the report can't be read."), field=name)
    return raw


def _text(raw: Mapping[str, Any], key: str) -> str:
    found = raw.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Refused(_("This must be a text."), field=key)
    return found.strip()


def _one_of(raw: Mapping[str, Any], key: str, known: Sequence[str], usual: str) -> str:
    found = _text(raw, key) or usual
    if found not in known:
        raise Refused(_("There is no such choice."), field=key)
    return found
