"""Sales as a module, which a workspace switches on."""

from __future__ import annotations

from collections.abc import Iterable

from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import SettingsPage
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.authority import Subject
from app.records.manifest import Module
from app.records.pages.beside import Beside
from app.records.types import Panel
from app.sales.datasets import DATASETS
from app.sales.line_reports import LINE_REPORTS
from app.sales.operations.parts import TELLS_MONEY
from app.sales.operations.pipelines import MANAGE
from app.sales.operations.quote_links import TELLS
from app.sales.operations.receivables import may_see
from app.sales.operations.targets import MANAGE as SET_TARGETS
from app.sales.pages.accepted_note import accepted_notes
from app.sales.pages.account_sales import RELATED, sales_of_account
from app.sales.pages.contracts import (
    contracts_of_opportunity,
    contracts_of_order,
    contracts_of_quote,
)
from app.sales.pages.invoices import invoices_of_contract
from app.sales.pages.orders import orders_of_opportunity
from app.sales.pages.sales_beside import opportunities_of_contact
from app.sales.pages.sold_beside import (
    leads_of_contact,
    leads_of_opportunity,
    quotes_of_opportunity,
)
from app.sales.pages.terms_points import OF_CONTRACT, OF_PAPER
from app.sales.paper_reports import PAPER_REPORTS
from app.sales.records import RECORD_TYPES
from app.sales.reports import REPORTS
from app.sales.routes import blueprint
from app.sales.routes.terms import PLACE
from app.sales.terms.kept import CONTRACT_EXCEPTIONS, EXCEPTIONS, ORDER_EXCEPTIONS
from app.sales.terms.kept import MANAGE as MANAGE_TERMS
from app.sales.widgets import HOME, WIDGETS
from app.web.shell import Link

PIPELINES = PermissionGroup(
    MANAGE[0],
    _("Pipelines"),
    (Choice(MANAGE[1], _("Manage")),),
    module="sales",
    has_reach=False,
)
TARGETS = PermissionGroup(
    SET_TARGETS[0],
    _("Targets"),
    (Choice(SET_TARGETS[1], _("Manage")),),
    module="sales",
    has_reach=False,
)


def _links(by: Actor) -> Iterable[Link]:
    """The forecast, for who reads opportunities; what customers owe, for who sees that."""
    if by.may("opportunity", "read"):
        yield Link("/forecast", "trending-up", _("Forecast"), _("quota target pipeline commit"))
    if may_see(by):
        words = _("debtors ageing overdue collection accounts receivable")
        yield Link("/receivables", "coin", _("Receivables"), words)


PIPELINE_SETTINGS = SettingsPage(
    "/settings/pipelines",
    "layout-kanban",
    _("Data model"),
    _("Pipelines"),
    _("The stages that a sale goes through: their order, chances, colours and what they ask for."),
    MANAGE,
    synonyms=_("stages funnel deal board probability forecast"),
    is_offered=lambda by: by.tenant.allows("sales"),
)

BESIDE = (
    Beside("account", Panel("sales/_account_sales.html", sales_of_account)),
    Beside("contact", Panel("sales/_opportunities_panel.html", opportunities_of_contact)),
    Beside("opportunity", Panel(RELATED, quotes_of_opportunity)),
    Beside("opportunity", Panel("sales/_orders_panel.html", orders_of_opportunity)),
    Beside("opportunity", Panel(RELATED, contracts_of_opportunity)),
    Beside("order", Panel(RELATED, contracts_of_order)),
    Beside("quote", Panel(RELATED, contracts_of_quote)),
    Beside("contract", Panel("sales/_invoices_panel.html", invoices_of_contract)),
    Beside("contact", Panel(RELATED, leads_of_contact)),
    Beside("opportunity", Panel(RELATED, leads_of_opportunity)),
)
TERMS = PermissionGroup(
    MANAGE_TERMS[0],
    _("Terms"),
    (Choice(MANAGE_TERMS[1], _("Manage")),),
    module="sales",
    has_reach=False,
)
TERMS_PAGE = SettingsPage(
    PLACE,
    "scale",
    _("Automation"),
    _("Terms"),
    _("What may be agreed on a quote, by how big a customer is and how they pay."),
    MANAGE_TERMS,
    synonyms=_("credit payment record discount limit deposit hold stop"),
    is_offered=lambda by: by.tenant.allows("sales"),
)

# What is agreed with a customer is judged when a quote is sent, an order confirmed, or a contract
# signed.
SUBJECTS = (
    Subject("quote_discount", _("Discount of a quote"), "%", "quote", "discount", at=("send",)),
    Subject(
        "quote_payment_days",
        _("Payment term of a quote"),
        _("days"),
        "quote",
        "payment_days",
        at=("send",),
    ),
    Subject(
        "quote_deposit",
        _("Deposit of a quote"),
        "%",
        "quote",
        "deposit",
        bigger_is_more=False,
        at=("send",),
    ),
    Subject(
        EXCEPTIONS,
        _("Points beyond the terms"),
        "",
        "quote",
        "exceptions",
        at=("send",),
        points=OF_PAPER,
    ),
    Subject("order_discount", _("Discount of an order"), "%", "order", "discount", at=("confirm",)),
    Subject(
        "order_payment_days",
        _("Payment term of an order"),
        _("days"),
        "order",
        "payment_days",
        at=("confirm",),
    ),
    Subject(
        ORDER_EXCEPTIONS,
        _("Points of an order beyond the terms"),
        "",
        "order",
        "exceptions",
        at=("confirm",),
        points=OF_PAPER,
    ),
    Subject(
        "contract_amount",
        _("Amount of a contract, in the firm's currency"),
        "",
        "contract",
        "amount",
        at=("sign",),
    ),
    Subject(
        CONTRACT_EXCEPTIONS,
        _("Points of a contract beyond the terms"),
        "",
        "contract",
        "exceptions",
        at=("sign",),
        points=OF_CONTRACT,
    ),
    Subject("invoice_amount", _("Amount of an invoice"), "", "invoice", "amount", at=("issue",)),
    Subject(
        "refund_amount",
        _("Amount of a refund"),
        "",
        "payment",
        "amount",
        at=("create", "update"),
        goes_back=True,
    ),
)

SALES = Module(
    key="sales",
    label=_("Sales"),
    text=_(
        "From the enquiry to the signature: leads, opportunities on their way, won and lost, price"
        " books, quotes that customers accept by a link, the orders that they become, contracts"
        " with their payment plans, invoices and what was paid of them."
    ),
    icon="target-arrow",
    record_types=RECORD_TYPES,
    blueprints=(blueprint,),
    permissions=(PIPELINES, TARGETS, TERMS),
    links=_links,
    settings=(PIPELINE_SETTINGS, TERMS_PAGE),
    subjects=SUBJECTS,
    tells=(TELLS, TELLS_MONEY),
    reports=(*REPORTS, *LINE_REPORTS, *PAPER_REPORTS),
    widgets=WIDGETS,
    home=HOME,
    beside=BESIDE,
    notes=(accepted_notes,),
    datasets=DATASETS,
)
