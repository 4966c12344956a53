"""The two demo workspaces and the six people who sign in at each."""

from dataclasses import dataclass
from typing import Literal

PASSWORD = "demo-Zuke-2026"  # noqa: S105 - printed by the demo, and valid nowhere else


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who works with the product; the place in the list is what seeds call their owner."""

    role: str
    first_name: str
    last_name: str
    email: str
    phone: str
    title: str
    team: str


@dataclass(frozen=True, slots=True)
class DemoWorkspace:
    """A workspace of the demo, its people in the order of their roles."""

    slug: Literal["beifeng", "harbor"]
    name: str
    language: str
    currency: str
    zone: str
    country: str
    starter: str
    people: tuple[DemoPerson, ...]


_SALES, _SERVICE, _MARKETING, _FINANCE = "销售部", "客服部", "市场部", "财务部"

BEIFENG = DemoWorkspace(
    slug="beifeng",
    name="北风贸易有限公司",
    language="zh-CN",
    currency="CNY",
    zone="Asia/Shanghai",
    country="CN",
    starter="manufacturer-exporter",
    people=(
        DemoPerson("owner", "雷", "李", "owner@beifeng.example", "+8613800001001", "总经理", ""),
        DemoPerson(
            "manager", "梅梅", "韩", "manager@beifeng.example", "+8613800001002", "销售总监", _SALES
        ),
        DemoPerson(
            "sales_rep", "一鸣", "沈", "rep@beifeng.example", "+8613800001003", "外贸业务员", _SALES
        ),
        DemoPerson(
            "service_agent",
            "敏",
            "周",
            "agent@beifeng.example",
            "+8613800001004",
            "售后客服",
            _SERVICE,
        ),
        DemoPerson(
            "marketer",
            "晓彤",
            "林",
            "marketer@beifeng.example",
            "+8613800001005",
            "市场专员",
            _MARKETING,
        ),
        DemoPerson(
            "viewer", "建国", "吴", "viewer@beifeng.example", "+8613800001006", "财务主管", _FINANCE
        ),
    ),
)

HARBOR = DemoWorkspace(
    slug="harbor",
    name="Harbor Hotels",
    language="en",
    currency="USD",
    zone="America/New_York",
    country="US",
    starter="hotel",
    people=(
        DemoPerson(
            "owner",
            "Margaret",
            "Whitfield",
            "owner@harbor.example",
            "+12125550101",
            "President",
            "",
        ),
        DemoPerson(
            "manager",
            "Daniel",
            "Ruiz",
            "manager@harbor.example",
            "+12125550102",
            "Director of sales",
            "Sales",
        ),
        DemoPerson(
            "sales_rep",
            "Claire",
            "Donovan",
            "rep@harbor.example",
            "+16175550103",
            "Group sales manager",
            "Sales",
        ),
        DemoPerson(
            "service_agent",
            "Marcus",
            "Bell",
            "agent@harbor.example",
            "+14015550104",
            "Guest relations",
            "Guest services",
        ),
        DemoPerson(
            "marketer",
            "Priya",
            "Nair",
            "marketer@harbor.example",
            "+16175550105",
            "Marketing manager",
            "Marketing",
        ),
        DemoPerson(
            "viewer",
            "Tom",
            "Akers",
            "viewer@harbor.example",
            "+12125550106",
            "Controller",
            "Finance",
        ),
    ),
)

WORKSPACES = (BEIFENG, HARBOR)
