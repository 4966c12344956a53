"""The reports that come with sales."""

from __future__ import annotations

from app.kernel.language import _
from app.records.filters import Filter
from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.ready import ReadyReport

REPORTS = (
    ReadyReport(
        "leads-by-source",
        _("Leads by source and state"),
        _("Where enquiries come from, and what becomes of them."),
        Definition(
            "lead",
            (Grouped("source", sort="most"), Grouped("status")),
            (Measure(),),
            shape="pivot",
        ),
    ),
    ReadyReport(
        "leads-lost",
        _("Why leads lead to nothing"),
        _("The reasons for which leads were disqualified."),
        Definition(
            "lead",
            (Grouped("disqualify_reason", sort="most"),),
            (Measure(),),
            (Filter("status", "eq", "disqualified"),),
            shape="bar",
        ),
    ),
    ReadyReport(
        "new-leads",
        _("New leads by week"),
        _("How many leads came each week of the last 90 days, by source."),
        Definition(
            "lead",
            (Grouped("created_at", "week"), Grouped("source")),
            (Measure(),),
            period=Period("created_at", "last_90_days"),
            shape="line",
        ),
    ),
)
