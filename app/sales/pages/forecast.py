"""The forecast as a page: periods one after another, and one of them by person or by team."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext
from app.sales.operations.forecast import (
    MONTHS,
    add_months,
    forecast,
    may_forecast_by,
    periods_from,
)
from app.sales.operations.stages import pipeline_options
from app.sales.operations.targets import targets_between
from app.sales.pages.forecast_lines import WHO, Asked, Cell, ForecastLines, Line

SHOWN = {"month": 6, "quarter": 4}
BACK = {"month": 2, "quarter": 1}  # Periods before the current one that the first table shows.


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """All that `sales/forecast.html` shows."""

    span: str
    who: str
    spans: tuple[tuple[str, Text, str], ...]
    whos: tuple[tuple[str, Text, str], ...]
    pipelines: tuple[tuple[str, str, bool], ...]
    periods: list[Line]
    people: list[Line]
    tells_people: bool
    total: Line
    shown: str
    before_url: str
    after_url: str
    overdue: Cell | None
    targets_url: str
    currency: str


def forecast_page(asked: Asked, by: Actor) -> ForecastPage:
    """The page; NotPermitted where the role hides what a forecast is made of."""
    first = add_months(asked.start, -MONTHS[asked.span] * BACK[asked.span])
    periods = periods_from(first, asked.span, SHOWN[asked.span])
    beyond = add_months(periods[-1], MONTHS[asked.span])
    found = forecast(by, first, beyond, asked.pipeline_id)
    # Targets are for all pipelines together.
    targets = targets_between(by, first, beyond) if not asked.pipeline_id else {}
    maker = ForecastLines(asked, found, targets, by)
    options = [one for one in pipeline_options(by.session) if not one.is_retired]
    if not may_forecast_by(by, "pipeline_id"):
        options = []
    tells_people = may_forecast_by(by, "owner_id")
    return ForecastPage(
        span=asked.span,
        who=asked.who,
        spans=(
            ("month", _("By month"), asked.url(span="month")),
            ("quarter", _("By quarter"), asked.url(span="quarter")),
        ),
        whos=(
            ("person", _("By person"), asked.url(who="person")),
            ("team", _("By team"), asked.url(who="team")),
        ),
        pipelines=tuple(
            (text, asked.url(pipeline=value), value == asked.pipeline_id)
            for value, text in [("", gettext("All pipelines"))]
            + [(one.value, one.shown()) for one in options]
        )
        if len(options) > 1
        else (),
        periods=[maker.period(one) for one in periods],
        people=_of_whom(maker, asked) if tells_people else [],
        tells_people=tells_people,
        total=maker.line(
            gettext("All together"), asked.start, None, maker.whole_target(asked.start)
        ),
        shown=maker.named(asked.start),
        before_url=asked.url(start=add_months(asked.start, -MONTHS[asked.span]).isoformat()),
        after_url=asked.url(start=add_months(asked.start, MONTHS[asked.span]).isoformat()),
        overdue=maker.overdue(),
        targets_url="/forecast/targets" if by.may("target", "manage") else "",
        currency=by.tenant.currency,
    )


def _of_whom(maker: ForecastLines, asked: Asked) -> list[Line]:
    return maker.people() if asked.who == WHO[0] else maker.teams()
