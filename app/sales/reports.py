"""The reports that come with sales."""

from __future__ import annotations

from app.kernel.language import _
from app.records.filters import Filter
from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.ready import ReadyReport

CLOSED = (Filter("outcome", "in", "won,lost"),)
WON_OF_CLOSED = Measure("rate", part=(Filter("outcome", "eq", "won"),))

SOLD = (Filter("status", "eq", "completed"),)  # Returns count in their own period, below zero.

REPORTS = (
    ReadyReport(
        "sales-by-month",
        _("Sales by month"),
        _("What was sold each month of this year less what came back, beside the year before."),
        Definition(
            "order",
            (Grouped("ordered_at", "month"),),
            (Measure("sum", "net"), Measure(), Measure("distinct", "account_id")),
            SOLD,
            Period("ordered_at", "this_year", "year"),
            shape="bar",
        ),
    ),
    ReadyReport(
        "sales-by-class",
        _("Sales by customer class, country and quarter"),
        _("What each kind of customer bought, by the country to which it went, without tax."),
        Definition(
            "order",
            (
                Grouped("account_id.customer_kind"),
                Grouped("country", sort="most", most=12),
                Grouped("ordered_at", "quarter"),
            ),
            (Measure("sum", "net"),),
            SOLD,
            shape="pivot",
        ),
    ),
    ReadyReport(
        "best-customers",
        _("Customers who bought most"),
        _("The twenty customers who bought most this year, and how often."),
        Definition(
            "order",
            (Grouped("account_id", sort="most", most=20),),
            (Measure("sum", "net"), Measure(), Measure("share", "net")),
            SOLD,
            Period("ordered_at", "this_year"),
        ),
    ),
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
    ReadyReport(
        "pipeline-funnel",
        _("Open opportunities by stage"),
        _("How many sales are under way in each stage, and how much they are."),
        Definition(
            "opportunity",
            (Grouped("stage_id"),),
            (Measure(), Measure("sum", "amount")),
            (Filter("outcome", "eq", "open"),),
            shape="funnel",
        ),
    ),
    ReadyReport(
        "won-by-month",
        _("Won by month"),
        _("What was won each month of this year, beside the year before."),
        Definition(
            "opportunity",
            (Grouped("closed_on", "month"),),
            (Measure("sum", "amount"), Measure()),
            (Filter("outcome", "eq", "won"),),
            Period("closed_on", "this_year", "year"),
            shape="bar",
        ),
    ),
    ReadyReport(
        "won-by-owner",
        _("Won and lost by person"),
        _("Who closed how much this year, and how many of a hundred were won."),
        Definition(
            "opportunity",
            (Grouped("owner_id", sort="most"),),
            (Measure(), Measure("sum", "amount"), WON_OF_CLOSED),
            CLOSED,
            Period("closed_on", "this_year"),
        ),
    ),
    ReadyReport(
        "won-by-source",
        _("Won and lost by source"),
        _("Where sales of this year came from, and how many of a hundred were won."),
        Definition(
            "opportunity",
            (Grouped("source", sort="most"),),
            (Measure(), Measure("sum", "amount"), WON_OF_CLOSED),
            CLOSED,
            Period("closed_on", "this_year"),
        ),
    ),
    ReadyReport(
        "lost-reasons",
        _("Why opportunities are lost"),
        _("The reasons for which sales of this year were lost, and how much they were."),
        Definition(
            "opportunity",
            (Grouped("lost_reason", sort="most"),),
            (Measure(), Measure("sum", "amount")),
            (Filter("outcome", "eq", "lost"),),
            Period("closed_on", "this_year"),
            shape="bar",
        ),
    ),
    ReadyReport(
        "receivables",
        _("Open invoices by account"),
        _("Who owes how much, and on how many invoices."),
        Definition(
            "invoice",
            (Grouped("account_id", sort="most"),),
            (Measure("sum", "open"), Measure()),
            (Filter("settlement", "in", "open,part"),),
            shape="bar",
        ),
    ),
)
