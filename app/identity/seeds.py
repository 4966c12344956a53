"""The built-in roles as a new workspace gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kernel.actor import FieldAccess, Reach

RECORDS = ("account", "contact", "activity")
WORK = ("read", "create", "update", "delete")
TICKS = ("complete", "reopen")  # Of activities alone.
POOLED = ("account", "lead")
PLANNED = ("account", "contact")  # What activity plans are started with.
CATALOGUE = ("product", "product_category")  # Everybody works with the same ones.
PRICES = ("price_book", "price")
LEADS = "lead"
# What becomes of a quote, of an order, and of a contract.
PAPERS = {
    "quote": (
        "set_lines",
        "send",
        "accept",
        "decline",
        "withdraw",
        "revise",
        "expire",
        "order",
        "contract",
    ),
    "order": (
        "set_lines",
        "confirm",
        "deliver",
        "complete",
        "credit",
        "cancel",
        "reopen",
        "contract",
        "invoice",
    ),
    "contract": (
        "set_instalments",
        "sign",
        "renew",
        "reach",
        "invoice",
        "begin",
        "end",
        "terminate",
        "reopen",
    ),
}
# What becomes of an invoice, and of a payment.
MONEY = {
    "invoice": ("issue", "credit", "cancel"),
    "payment": ("apply", "take_back", "refund"),
}
OPPORTUNITIES = "opportunity"
# What becomes of a lead, and of an opportunity.
ENDS = {LEADS: ("convert", "disqualify", "reopen"), OPPORTUNITIES: ("win", "lose", "reopen")}
OWN, TEAM, ALL = Reach.OWN, Reach.TEAM, Reach.ALL

Grants = Mapping[tuple[str, str], Reach]
FieldRules = Mapping[tuple[str, str], FieldAccess]


@dataclass(frozen=True, slots=True)
class RoleSeed:
    """A built-in role: its key, its label in three languages, what it allows.

    `fields` are the rules that leave less of a field than the verbs would.
    """

    key: str
    label: Mapping[str, str]
    grants: Grants
    fields: FieldRules = field(default_factory=dict)


def _records(**reaches: Reach) -> dict[tuple[str, str], Reach]:
    """The same verbs with the same reach on every record type of `crm`.

    Whoever may update activities may also complete and reopen them, as far; whoever may update
    customers may start and stop plans with them.
    """
    grants = {(kind, verb): reach for kind in RECORDS for verb, reach in reaches.items()}
    if "update" in reaches:
        grants |= {("activity", verb): reaches["update"] for verb in TICKS}
        verbs = ("start_plan", "stop_plan")
        grants |= {(kind, verb): reaches["update"] for kind in PLANNED for verb in verbs}
    return grants


def _everything(reach: Reach) -> dict[tuple[str, str], Reach]:
    """Every verb of every record type with one reach."""
    return _records(**dict.fromkeys(WORK, reach))


def _files() -> dict[tuple[str, str], Reach]:
    """Taking away as a file all that one may see, and bringing files of records in."""
    kinds = (*RECORDS, *CATALOGUE, *PRICES, *ENDS, *PAPERS, *MONEY)
    return {(kind, way): ALL for kind in kinds for way in ("export", "import")}


def _leads(**reaches: Reach) -> dict[tuple[str, str], Reach]:
    """Verbs on leads; whoever may update them may also say what becomes of them, as far."""
    return _decided(LEADS, reaches)


def _opportunities(**reaches: Reach) -> dict[tuple[str, str], Reach]:
    """Verbs on opportunities; whoever may update them may also win and lose them, as far."""
    return _decided(OPPORTUNITIES, reaches)


def _decided(kind: str, reaches: Mapping[str, Reach]) -> dict[tuple[str, str], Reach]:
    grants = {(kind, verb): reach for verb, reach in reaches.items()}
    if "update" in reaches:
        grants |= {(kind, verb): reaches["update"] for verb in ENDS[kind]}
    return grants


def _papers(**reaches: Reach) -> dict[tuple[str, str], Reach]:
    """Verbs on quotes, orders and contracts; who may update them decides what becomes of them."""
    grants = {(kind, verb): reach for kind in PAPERS for verb, reach in reaches.items()}
    if "update" in reaches:
        for kind, verbs in PAPERS.items():
            grants |= {(kind, verb): reaches["update"] for verb in verbs}
    return grants


def _money(**reaches: Reach) -> dict[tuple[str, str], Reach]:
    """Verbs on invoices and payments; whoever may do `books` decides what becomes of them."""
    books = reaches.pop("books", None)
    grants = {(kind, verb): reach for kind in MONEY for verb, reach in reaches.items()}
    if books is not None:
        for kind, verbs in MONEY.items():
            grants |= {(kind, verb): books for verb in verbs}
    return grants


def _invoices(**reaches: Reach) -> dict[tuple[str, str], Reach]:
    """Asking for invoices without issuing them."""
    return {("invoice", verb): reach for verb, reach in reaches.items()}


def _pool(**reaches: Reach) -> dict[tuple[str, str], Reach]:
    """What may be done with the pools: seeing one reaches all that is in it."""
    verbs = {"see_pool": ALL, **reaches}
    return {(kind, verb): reach for kind in POOLED for verb, reach in verbs.items()}


def _catalogue(*verbs: str) -> dict[tuple[str, str], Reach]:
    """Verbs on all products and categories."""
    return {(kind, verb): ALL for kind in CATALOGUE for verb in verbs}


def _prices(*verbs: str) -> dict[tuple[str, str], Reach]:
    """Verbs on all price books and what is in them."""
    return {(kind, verb): ALL for kind in PRICES for verb in verbs}


# What a product costs ourselves is for those who set prices.
NO_COST = {
    ("product", "cost"): FieldAccess.HIDDEN,
    ("quote", "cost"): FieldAccess.HIDDEN,
    ("quote", "margin"): FieldAccess.HIDDEN,
    ("order", "cost"): FieldAccess.HIDDEN,
    ("order", "margin"): FieldAccess.HIDDEN,
}
# How a customer pays says what may be agreed with them: not for those who agree it to say.
# Nor to keep an invoice out of that, as one that is disputed is.
JUDGED = {
    ("account", "payment_record"): FieldAccess.READ,
    ("invoice", "is_disputed"): FieldAccess.READ,
    ("invoice", "dispute_reason"): FieldAccess.READ,
}
SETTINGS = {
    ("firm", "manage"): ALL,
    ("user", "manage"): ALL,
    ("team", "manage"): ALL,
    ("role", "manage"): ALL,
    ("token", "create"): ALL,
    ("token", "manage"): ALL,
    ("sign_in", "manage"): ALL,
    ("audit", "read"): ALL,
    ("support", "allow"): ALL,
    ("billing", "manage"): ALL,
    ("field", "manage"): ALL,
    ("trash", "erase"): ALL,
    ("retention", "manage"): ALL,
    ("sharing", "manage"): ALL,
    ("tag", "create"): ALL,
    ("tag", "manage"): ALL,
    ("view", "share"): ALL,
    ("report", "share"): ALL,
    ("home", "manage"): ALL,
    ("plan", "manage"): ALL,
    ("export", "manage"): ALL,
    ("import", "manage"): ALL,
    ("webhook", "manage"): ALL,
    ("template", "manage"): ALL,
    ("document", "manage"): ALL,
    ("document", "seal"): ALL,
    ("document", "share"): ALL,
    ("pool", "manage"): ALL,
    ("currency", "manage"): ALL,
    ("message", "send"): ALL,
    ("business_hours", "manage"): ALL,
    ("message", "manage"): ALL,
    ("message", "setup"): ALL,
    ("numbering", "manage"): ALL,
    ("module", "manage"): ALL,
    ("pipeline", "manage"): ALL,
    ("target", "manage"): ALL,
    ("assignment", "manage"): ALL,
    ("terms", "manage"): ALL,
    ("insight", "manage"): ALL,
    ("insight", "compute"): ALL,
    ("insight", "read"): ALL,
}
INSIGHT = {("insight", "read"): ALL}  # Of customers that one may read.
DAILY = {
    **INSIGHT,
    ("token", "create"): ALL,
    ("tag", "create"): ALL,
    ("message", "send"): ALL,
    ("document", "share"): ALL,
}

BUILT_IN = (
    RoleSeed("owner", {"en": "Owner", "zh-CN": "所有者", "zh-TW": "擁有者"}, {}),
    RoleSeed(
        "admin",
        {"en": "Admin", "zh-CN": "管理员", "zh-TW": "管理員"},
        {
            **_everything(ALL),
            **_leads(**dict.fromkeys(WORK, ALL)),
            **_papers(**dict.fromkeys(WORK, ALL)),
            **_money(**dict.fromkeys((*WORK, "books"), ALL)),
            **_opportunities(**dict.fromkeys(WORK, ALL)),
            **_catalogue(*WORK),
            **_prices(*WORK),
            **_files(),
            **_pool(claim=ALL, reassign=ALL, distribute=ALL, **{"return": ALL}),
            **SETTINGS,
        },
    ),
    RoleSeed(
        "manager",
        {"en": "Manager", "zh-CN": "经理", "zh-TW": "經理"},
        {
            **_everything(TEAM),
            **_records(read=ALL, create=ALL),
            **_leads(read=ALL, create=ALL, update=TEAM, delete=TEAM),
            **_papers(read=ALL, create=ALL, update=TEAM, delete=TEAM),
            **_money(read=ALL, create=ALL, update=TEAM, delete=TEAM, books=TEAM),
            **_opportunities(read=ALL, create=ALL, update=TEAM, delete=TEAM),
            ("target", "manage"): ALL,
            ("insight", "compute"): ALL,
            **_catalogue(*WORK),
            **_prices(*WORK),
            **_files(),
            **_pool(claim=ALL, reassign=TEAM, distribute=TEAM, **{"return": TEAM}),
            **DAILY,
            ("tag", "manage"): ALL,
            ("view", "share"): ALL,
            ("report", "share"): ALL,
            ("plan", "manage"): ALL,
            ("template", "manage"): ALL,
            ("document", "seal"): ALL,
        },
    ),
    RoleSeed(
        "sales_rep",
        {"en": "Sales rep", "zh-CN": "销售", "zh-TW": "業務"},
        {
            **_records(read=TEAM, create=ALL, update=OWN, delete=OWN),
            **_leads(read=TEAM, create=ALL, update=OWN, delete=OWN),
            **_papers(read=TEAM, create=ALL, update=OWN, delete=OWN),
            **_money(read=TEAM),
            **_invoices(create=ALL, update=OWN, delete=OWN),
            **_opportunities(read=TEAM, create=ALL, update=OWN, delete=OWN),
            **_catalogue("read"),
            **_prices("read"),
            **_pool(claim=ALL, **{"return": OWN}),
            **DAILY,
        },
        NO_COST | JUDGED,
    ),
    RoleSeed(
        "service_agent",
        {"en": "Service agent", "zh-CN": "客服", "zh-TW": "客服"},
        {
            **_records(read=ALL, create=ALL, update=ALL, delete=OWN),
            **_leads(read=OWN, create=ALL),
            **_papers(read=ALL),
            **_money(read=ALL),
            **_opportunities(read=TEAM, create=ALL, update=OWN),
            **_catalogue("read"),
            **_prices("read"),
            **DAILY,
        },
        NO_COST | JUDGED,
    ),
    RoleSeed(
        "marketer",
        {"en": "Marketer", "zh-CN": "市场", "zh-TW": "行銷"},
        {
            **_records(read=ALL, create=ALL, update=ALL, delete=OWN),
            **_leads(read=ALL, create=ALL, update=ALL, delete=OWN),
            **_papers(read=ALL),
            **_opportunities(read=ALL),
            **_catalogue("read", "update"),
            **_prices("read"),
            **DAILY,
        },
        NO_COST | JUDGED,
    ),
    RoleSeed(
        "viewer",
        {"en": "Viewer", "zh-CN": "只读", "zh-TW": "檢視者"},
        {
            **_records(read=ALL),
            **_leads(read=ALL),
            **_opportunities(read=ALL),
            **_papers(read=ALL),
            **_money(read=ALL),
            **_catalogue("read"),
            **_prices("read"),
            **INSIGHT,
        },
        NO_COST,
    ),
)
