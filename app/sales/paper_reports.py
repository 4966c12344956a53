"""The reports of quotes, orders, contracts, invoices and payments that come with sales."""

from __future__ import annotations

from app.kernel.language import _
from app.records.filters import Filter
from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.ready import ReadyReport

DECIDED = (Filter("status", "in", "accepted,declined,expired"),)
ACCEPTED_OF_DECIDED = Measure("rate", part=(Filter("status", "eq", "accepted"),), whole=DECIDED)
RUNNING = (Filter("status", "in", "signed,active"),)
ISSUED = (Filter("status", "eq", "issued"),)
UNPAID = Filter("settlement", "in", "open,part")

QUOTES = (
    ReadyReport(
        "quotes-by-status",
        _("Quotes by state"),
        _("What became of the quotes of this year, and how much they are."),
        Definition(
            "quote",
            (Grouped("status"),),
            (Measure(), Measure("sum", "total")),
            period=Period("created_at", "this_year"),
            shape="bar",
        ),
    ),
    ReadyReport(
        "quotes-by-owner",
        _("Quotes by person"),
        _("Who wrote how many quotes this year, and how many of a hundred decided were accepted."),
        Definition(
            "quote",
            (Grouped("owner_id", sort="most"),),
            (Measure("sum", "total"), Measure(), ACCEPTED_OF_DECIDED),
            period=Period("created_at", "this_year", "year"),
        ),
    ),
    ReadyReport(
        "quotes-waiting",
        _("Quotes that wait for an answer"),
        _("The quotes that were sent and are not decided yet, by who looks after them."),
        Definition(
            "quote",
            (Grouped("owner_id", sort="most"),),
            (Measure("sum", "total"), Measure()),
            (Filter("status", "eq", "sent"),),
            shape="bar",
        ),
    ),
)
ORDERS = (
    ReadyReport(
        "open-orders",
        _("Open orders by state"),
        _("The orders under way that are not completed yet, and what they come to."),
        Definition(
            "order",
            (Grouped("status"),),
            (Measure("sum", "total"), Measure()),
            (
                Filter("status", "in", "draft,confirmed,delivered"),
                Filter("kind", "eq", "sale"),
            ),
            shape="bar",
        ),
    ),
    ReadyReport(
        "orders-by-owner",
        _("Orders by person"),
        _("What each person sold this year less what came back, beside the year before."),
        Definition(
            "order",
            (Grouped("owner_id", sort="most"),),
            (Measure("sum", "net"), Measure("sum", "margin"), Measure()),
            (Filter("status", "in", "confirmed,delivered,completed"),),
            Period("ordered_at", "this_year", "year"),
        ),
    ),
    ReadyReport(
        "deliveries",
        _("Deliveries expected by week"),
        _("The confirmed orders by the week in which their delivery is expected."),
        Definition(
            "order",
            (Grouped("deliver_on", "week"),),
            (Measure(), Measure("sum", "total")),
            (Filter("status", "eq", "confirmed"),),
            shape="bar",
        ),
    ),
)
CONTRACTS = (
    ReadyReport(
        "running-contracts",
        _("Running contracts by kind"),
        _("The contracts that are signed or in force, and how much of them was collected."),
        Definition(
            "contract",
            (Grouped("kind"),),
            (Measure("sum", "amount"), Measure("sum", "collected"), Measure()),
            RUNNING,
            shape="bar",
        ),
    ),
    ReadyReport(
        "ending-contracts",
        _("Contracts that end, by month"),
        _("The running contracts by the month in which they end, and what they are worth."),
        Definition(
            "contract",
            (Grouped("ends_on", "month"),),
            (Measure(), Measure("sum", "amount")),
            (*RUNNING, Filter("ends_on", "isnull", "false")),
            shape="bar",
        ),
    ),
)
INVOICES = (
    ReadyReport(
        "invoiced-by-month",
        _("Invoiced by month"),
        _("What was invoiced each month of this year, and how much of it is paid."),
        Definition(
            "invoice",
            (Grouped("issued_on", "month"),),
            (Measure("sum", "amount"), Measure("sum", "paid"), Measure("sum", "open"), Measure()),
            ISSUED,
            Period("issued_on", "this_year", "year"),
            shape="bar",
        ),
    ),
    ReadyReport(
        "overdue-by-owner",
        _("Overdue invoices by person"),
        _("Whose customers are late with how much, and for how long on average."),
        Definition(
            "invoice",
            (Grouped("owner_id", sort="most"),),
            (Measure("sum", "open"), Measure(), Measure("average", "days_overdue")),
            (UNPAID, Filter("due_on", "lt", "today")),
        ),
    ),
    ReadyReport(
        "received-by-month",
        _("Payments received by month"),
        _("What customers paid each month of this year, by way of payment."),
        Definition(
            "payment",
            (Grouped("received_on", "month"), Grouped("method")),
            (Measure("sum", "amount"),),
            (Filter("kind", "eq", "receipt"),),
            Period("received_on", "this_year"),
            shape="bar",
        ),
    ),
)
PAPER_REPORTS = (*QUOTES, *ORDERS, *CONTRACTS, *INVOICES)
