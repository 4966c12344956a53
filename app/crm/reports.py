"""The reports that come with the customer base."""

from __future__ import annotations

from app.kernel.language import _
from app.records.filters import Filter
from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.ready import ReadyReport

NUMBER = (Measure(),)

REPORTS = (
    ReadyReport(
        "accounts-by-industry",
        _("Accounts by industry and owner"),
        _("Which industries your customers are in, and who looks after them."),
        Definition(
            "account",
            (Grouped("industry", sort="most"), Grouped("owner_id")),
            NUMBER,
            shape="pivot",
        ),
    ),
    ReadyReport(
        "new-contacts",
        _("New contacts by month"),
        _("How many people came to be known each month, beside the year before."),
        Definition(
            "contact",
            (Grouped("created_at", "month"),),
            NUMBER,
            period=Period("created_at", "this_year", "year"),
            shape="bar",
        ),
    ),
    ReadyReport(
        "new-accounts",
        _("New accounts this month"),
        _("How many accounts came this month, beside the month before."),
        Definition(
            "account",
            (),
            NUMBER,
            period=Period("created_at", "this_month", "before"),
            shape="number",
        ),
    ),
    ReadyReport(
        "activities-by-week",
        _("Activities by week and kind"),
        _("Calls, visits, meetings and all else that was written down in the last 90 days."),
        Definition(
            "activity",
            (Grouped("at", "week"), Grouped("kind")),
            NUMBER,
            period=Period("at", "last_90_days"),
            shape="line",
        ),
    ),
    ReadyReport(
        "follow-ups-by-person",
        _("Follow-ups by person"),
        _("Who followed up how often this month, with how many customers."),
        Definition(
            "activity",
            (Grouped("owner_id", sort="most"),),
            (Measure(), Measure("distinct", "account_id")),
            (Filter("kind", "eq", "follow_up"), Filter("done_at", "isnull", "false")),
            Period("done_at", "this_month", "before"),
        ),
    ),
    ReadyReport(
        "quiet-accounts",
        _("Accounts without contact for 30 days"),
        _("Customers with whom nobody was in touch in the last 30 days, by owner."),
        Definition(
            "account",
            (Grouped("owner_id", sort="most"),),
            NUMBER,
            (Filter("last_activity_at", "stale", "30"),),
            shape="bar",
        ),
    ),
    ReadyReport(
        "accounts-by-lifecycle",
        _("Accounts by lifecycle"),
        _("How many are prospects, customers and former customers."),
        Definition("account", (Grouped("lifecycle"),), NUMBER, shape="funnel"),
    ),
)
