"""The built-in roles as a new workspace gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.actor import Reach

RECORDS = ("account", "contact", "activity")
WORK = ("read", "create", "update", "delete")
TICKS = ("complete", "reopen")  # Of activities alone.
OWN, TEAM, ALL = Reach.OWN, Reach.TEAM, Reach.ALL

Grants = Mapping[tuple[str, str], Reach]


@dataclass(frozen=True, slots=True)
class RoleSeed:
    """A built-in role: its key, its label in three languages, what it allows."""

    key: str
    label: Mapping[str, str]
    grants: Grants


def _records(**reaches: Reach) -> dict[tuple[str, str], Reach]:
    """The same verbs with the same reach on every record type of `crm`.

    Whoever may update activities may also complete and reopen them, as far.
    """
    grants = {(kind, verb): reach for kind in RECORDS for verb, reach in reaches.items()}
    if "update" in reaches:
        grants |= {("activity", verb): reaches["update"] for verb in TICKS}
    return grants


def _everything(reach: Reach) -> dict[tuple[str, str], Reach]:
    """Every verb of every record type with one reach."""
    return _records(**dict.fromkeys(WORK, reach))


SETTINGS = {
    ("user", "manage"): ALL,
    ("team", "manage"): ALL,
    ("role", "manage"): ALL,
    ("token", "create"): ALL,
    ("token", "manage"): ALL,
    ("audit", "read"): ALL,
    ("field", "manage"): ALL,
    ("trash", "erase"): ALL,
    ("retention", "manage"): ALL,
    ("sharing", "manage"): ALL,
    ("tag", "create"): ALL,
    ("tag", "manage"): ALL,
    ("view", "share"): ALL,
}
DAILY = {("token", "create"): ALL, ("tag", "create"): ALL}

BUILT_IN = (
    RoleSeed("owner", {"en": "Owner", "zh-CN": "所有者", "zh-TW": "擁有者"}, {}),
    RoleSeed(
        "admin",
        {"en": "Admin", "zh-CN": "管理员", "zh-TW": "管理員"},
        {**_everything(ALL), **SETTINGS},
    ),
    RoleSeed(
        "manager",
        {"en": "Manager", "zh-CN": "经理", "zh-TW": "經理"},
        {
            **_everything(TEAM),
            **_records(read=ALL, create=ALL),
            **DAILY,
            ("tag", "manage"): ALL,
            ("view", "share"): ALL,
        },
    ),
    RoleSeed(
        "sales_rep",
        {"en": "Sales rep", "zh-CN": "销售", "zh-TW": "業務"},
        {
            **_records(read=TEAM, create=ALL, update=OWN, delete=OWN),
            **DAILY,
        },
    ),
    RoleSeed(
        "service_agent",
        {"en": "Service agent", "zh-CN": "客服", "zh-TW": "客服"},
        {
            **_records(read=ALL, create=ALL, update=ALL, delete=OWN),
            **DAILY,
        },
    ),
    RoleSeed(
        "marketer",
        {"en": "Marketer", "zh-CN": "市场", "zh-TW": "行銷"},
        {
            **_records(read=ALL, create=ALL, update=ALL, delete=OWN),
            **DAILY,
        },
    ),
    RoleSeed("viewer", {"en": "Viewer", "zh-CN": "只读", "zh-TW": "檢視者"}, _records(read=ALL)),
)
