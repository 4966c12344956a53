"""The reports of what was sold, by the lines of orders, that come with sales."""

from __future__ import annotations

from app.kernel.language import _
from app.records.filters import Filter
from app.reports.engine.definition import Definition, Grouped, Measure, Period
from app.reports.ready import ReadyReport

SOLD = (Filter("status", "eq", "completed"),)  # Returns count in their own period, below zero.
OF_PRODUCTS = (*SOLD, Filter("product_id", "isnull", "false"))
THIS_YEAR = Period("ordered_at", "this_year")

LINE_REPORTS = (
    ReadyReport(
        "sales-by-product",
        _("Sales by product"),
        _("The fifty products that brought most this year, without tax, less what came back."),
        Definition(
            "order_line",
            (Grouped("product_id", sort="most", most=50),),
            (
                Measure("sum", "net"),
                Measure("share", "net"),
                Measure("sum", "quantity"),
                Measure("distinct", "order_id"),
            ),
            SOLD,
            THIS_YEAR,
        ),
    ),
    ReadyReport(
        "sales-by-category",
        _("Sales by category and month"),
        _("What each category of products brought in each month of this year, without tax."),
        Definition(
            "order_line",
            (Grouped("product_id.category_id", sort="most"), Grouped("ordered_at", "month")),
            (Measure("sum", "net"),),
            SOLD,
            THIS_YEAR,
            shape="pivot",
        ),
    ),
    ReadyReport(
        "margin-by-product",
        _("Margin by product"),
        _("What is left of each product's sales of this year, where its cost was known."),
        Definition(
            "order_line",
            (Grouped("product_id", sort="most", most=50),),
            (Measure("sum", "margin"), Measure("sum", "cost"), Measure("sum", "net")),
            (*OF_PRODUCTS, Filter("cost", "isnull", "false")),
            THIS_YEAR,
        ),
    ),
    ReadyReport(
        "sales-pivot",
        _("Sales by product, customer class, region and month"),
        _("The ten best products of this year: to which customers, where and when they went."),
        Definition(
            "order_line",
            (
                Grouped("product_id", sort="most", most=10),
                Grouped("account_id.customer_kind"),
                Grouped("country", sort="most", most=10),
                Grouped("ordered_at", "month"),
            ),
            (Measure("sum", "net"),),
            OF_PRODUCTS,
            THIS_YEAR,
            shape="pivot",
        ),
    ),
)
