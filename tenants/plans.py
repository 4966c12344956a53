"""The plans that a firm can rent, read from config/plans.toml: modules, limits and prices."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FILE = Path(__file__).parent.parent / "config" / "plans.toml"
TRIAL = "trial"
CURRENCIES = ("CNY", "USD")

Interval = Literal["month", "year"]
INTERVALS: tuple[Interval, ...] = ("month", "year")
Words = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Price = Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=2)]


class PlanError(Exception):
    """The file of plans can't be used; the message names the place and what is wrong."""


class Limit(StrEnum):
    """What a plan bounds; each is a number of these for one workspace."""

    SEATS = "seats"  # People who can sign in, those who are invited included.
    RECORDS = "records"  # Of every record type, the recycle bin left out.
    STORAGE = "file_bytes"  # Bytes of files with all their versions.
    MAILS = "mails_month"  # Mails sent in a calendar month of the firm's zone.
    CALLS = "api_day"  # Calls of the API in a day, UTC.
    JOBS = "jobs_waiting"  # Background work that waits at one moment.


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Prices(_Strict):
    """What one seat costs in one currency, for a month and for a year."""

    month: Price
    year: Price

    @model_validator(mode="after")
    def _a_year_is_no_dearer(self) -> Self:
        if self.year > self.month * 12:
            raise ValueError("a year costs more than twelve months")
        return self


class Plan(_Strict):
    """One plan; `limits` lacks what it does not bound, `prices` is empty where nobody pays."""

    key: Key
    name: Mapping[str, Words]
    summary: Mapping[str, Words]
    modules: tuple[Key, ...] = ()
    trial_days: Annotated[int, Field(ge=0, le=365)] = 0
    limits: Mapping[Limit, Annotated[int, Field(ge=1, strict=True)]]
    prices: Mapping[Literal["CNY", "USD"], Prices] = {}

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        for texts in (self.name, self.summary):
            if set(texts) != {"en", "zh-CN"}:
                raise ValueError("each text is there in en and in zh-CN")
        if self.prices and set(self.prices) != set(CURRENCIES):
            raise ValueError("a plan that costs something costs it in CNY and in USD")
        return self

    @property
    def is_for_sale(self) -> bool:
        """True where somebody can pay for it."""
        return bool(self.prices)

    def price(self, currency: str, interval: Interval) -> Decimal:
        """What one seat costs for `interval`; raises PlanError where it is not for sale so."""
        for code, prices in self.prices.items():
            if code == currency:
                return prices.month if interval == "month" else prices.year
        raise PlanError(f"The plan {self.key!r} has no price in {currency}.")

    def bounds(self) -> dict[str, int]:
        """Its limits by their plain names, as a workspace's facts carry them."""
        return {limit.value: most for limit, most in self.limits.items()}

    def text(self, texts: Mapping[str, str], language: str) -> str:
        """One of its texts; any Chinese is better than English for who reads Chinese."""
        return texts["zh-CN" if language.startswith("zh") else "en"]


class _File(_Strict):
    plans: tuple[Plan, ...]

    @model_validator(mode="after")
    def _has_what_everybody_begins_with(self) -> Self:
        keys = [plan.key for plan in self.plans]
        if len(set(keys)) < len(keys):
            raise ValueError("two plans have one key")
        if TRIAL not in keys:
            raise ValueError("there is no plan with the key 'trial'")
        return self


def read_plans(source: str) -> tuple[Plan, ...]:
    """The plans that a file's text describes; a PlanError says what is wrong and where."""
    try:
        return _File.model_validate(tomllib.loads(source)).plans
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"plans.toml: {error}") from error
    except ValidationError as error:
        places = (
            f"{'.'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in error.errors()
        )
        raise PlanError(f"plans.toml: {'; '.join(places)}") from None


@cache
def plans() -> tuple[Plan, ...]:
    """Every plan, in the order of the file, which is that of their size."""
    return read_plans(FILE.read_text(encoding="utf-8"))


def plans_for_sale() -> tuple[Plan, ...]:
    """Those that somebody can pay for."""
    return tuple(plan for plan in plans() if plan.is_for_sale)


def plan_of(key: str) -> Plan:
    """The plan of that key; raises PlanError where there is none (any more)."""
    for plan in plans():
        if plan.key == key:
            return plan
    raise PlanError(f"There is no plan {key!r}; there are {', '.join(p.key for p in plans())}.")


def bounds_of(key: str) -> dict[str, int]:
    """The limits of a plan by their names; none where the plan is no longer offered."""
    try:
        return plan_of(key).bounds()
    except PlanError:
        return {}
