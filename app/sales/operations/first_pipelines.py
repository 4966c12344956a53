"""The pipelines that a workspace begins with: those of its industry, else a usual one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.kernel.actor import Actor
from app.sales.operations.pipelines import save_pipeline

Wish = Mapping[str, Any]

USUAL: Sequence[Wish] = (
    {
        "name": {"en": "Qualify", "zh-CN": "初步接洽", "zh-TW": "初步接洽"},
        "probability": 10,
        "forecast_category": "pipeline",
        "colour": "blue",
        "stale_after": 14,
        "required": (),
    },
    {
        "name": {"en": "Needs analysis", "zh-CN": "需求确认", "zh-TW": "需求確認"},
        "probability": 25,
        "forecast_category": "pipeline",
        "colour": "teal",
        "stale_after": 21,
        "required": (),
    },
    {
        "name": {"en": "Proposal", "zh-CN": "方案报价", "zh-TW": "方案報價"},
        "probability": 50,
        "forecast_category": "best_case",
        "colour": "violet",
        "stale_after": 21,
        "required": ("amount", "close_on"),
    },
    {
        "name": {"en": "Negotiation", "zh-CN": "商务谈判", "zh-TW": "商務談判"},
        "probability": 75,
        "forecast_category": "commit",
        "colour": "amber",
        "stale_after": 14,
        "required": (),
    },
    {
        "name": {"en": "Signing", "zh-CN": "合同签订", "zh-TW": "合約簽訂"},
        "probability": 90,
        "forecast_category": "commit",
        "colour": "green",
        "stale_after": 7,
        "required": (),
    },
)
NAME = {"en": "Sales", "zh-CN": "标准销售流程", "zh-TW": "標準銷售流程"}


def make_pipelines(
    by: Actor, pipelines: Sequence[tuple[Mapping[str, str], Sequence[Wish]]]
) -> None:
    """Give a fresh workspace these pipelines, each a name and its stages, else the usual one."""
    for name, stages in pipelines or ((NAME, USUAL),):
        save_pipeline(by, None, name=name, stages=stages)
