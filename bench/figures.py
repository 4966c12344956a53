"""A figure that was measured, and the floor and aim it is held to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Limit:
    """What must be reached and what is aimed at; a rate is better when it is more.

    `p95` is the floor of the 95th percentile.
    """

    floor: float | None = None
    aim: float | None = None
    rate_floor: float | None = None
    rate_aim: float | None = None
    p95: float | None = None


NO_LIMIT = Limit()


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing: its median, and where it was measured so, p95 and actions a second.

    `slowness` and `rate_slowness` say how many times slower than at its best the machine was while
    the times and the rate were measured; see pace.py.
    """

    name: str
    unit: str
    value: float
    p95: float | None = None
    rate: float | None = None
    limit: Limit = NO_LIMIT
    note: str = ""
    slowness: float = 1.0
    rate_slowness: float = 1.0

    @property
    def ratio(self) -> float | None:
        """How much of its floor the figure takes; up to 1 is as good as was promised."""
        return self.value / self.limit.floor if self.limit.floor else None

    @property
    def is_ok(self) -> bool | None:
        """True when the floors are reached; None where there is none."""
        return self._reaches(self.value, self.p95, self.rate)

    @property
    def is_ok_at_pace(self) -> bool | None:
        """The same, had the machine been at its best while this was measured."""
        rate = self.rate * self.rate_slowness if self.rate is not None else None
        p95 = self.p95 / self.slowness if self.p95 is not None else None
        return self._reaches(self.value / self.slowness, p95, rate)

    def _reaches(self, value: float, p95: float | None, rate: float | None) -> bool | None:
        limit, verdicts = self.limit, []
        if limit.floor is not None:
            verdicts.append(value <= limit.floor)
        if limit.p95 is not None and p95 is not None:
            verdicts.append(p95 <= limit.p95)
        if limit.rate_floor is not None and rate is not None:
            verdicts.append(rate >= limit.rate_floor)
        return all(verdicts) if verdicts else None


def of_samples(
    name: str,
    samples: Sequence[float],
    *,
    unit: str = "ms",
    rate: float | None = None,
    limit: Limit = NO_LIMIT,
    note: str = "",
    slowness: float = 1.0,
    rate_slowness: float = 1.0,
) -> Figure:
    """The figure of several measurements of one thing."""
    p95 = quantiles(samples, n=20)[-1] if len(samples) >= 20 else max(samples)
    return Figure(name, unit, median(samples), p95, rate, limit, note, slowness, rate_slowness)


def ratio_of(name: str, over: Sequence[float], under: Sequence[float], limit: Limit) -> Figure:
    """How many times the median of `under` fits into that of `over`."""
    return Figure(name, "x", median(over) / median(under), limit=limit)
