"""The reasons for which somebody may be leaving, as sentences with their numbers."""

from __future__ import annotations

from decimal import Decimal

from app.insight.models import InsightSnapshot
from app.insight.operations.reasons import FALL, FALL_OF_YEAR, FEWER, LIKENESS, RHYTHM, SEASON
from app.insight.pages.amounts import about
from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext
from app.web.formats import formats

MOST = 3


def reasons_of(one: InsightSnapshot, by: Actor) -> list[str]:
    """The weightiest reasons of a customer, at most three."""
    return [sentence(code, one, by) for code in one.reasons[:MOST]]


def sentence(code: str, one: InsightSnapshot, by: Actor) -> str:
    """One reason as a sentence."""
    write = formats(by)
    if code in (RHYTHM, LIKENESS):
        rhythm = rhythm_of(one, by)
        alike = gettext("Customers who ordered as they do often stayed away. %(told)s", told=rhythm)
        return rhythm if code == RHYTHM else alike
    if code == FALL:
        return gettext(
            "Spent %(now)s in the last 90 days, %(before)s in the 90 before.",
            now=about(one.spent_90, by),
            before=about(one.spent_before, by),
        )
    if code == SEASON:
        return gettext(
            "Spent %(now)s in the last 90 days, %(before)s in the same 90 days a year ago.",
            now=about(one.spent_90, by),
            before=about(one.season_90, by),
        )
    if code == FALL_OF_YEAR:
        return gettext(
            "Spent %(now)s in the last year, %(before)s in the year before.",
            now=about(one.spent_year, by),
            before=about(one.spent_year_before, by),
        )
    if code == FEWER:
        return ngettext(
            "%(n)s order in the last 90 days, %(before)s in the 90 before.",
            "%(n)s orders in the last 90 days, %(before)s in the 90 before.",
            one.bought_90,
            n=write.number(one.bought_90),
            before=write.number(one.bought_before),
        )
    return ""


def rhythm_of(one: InsightSnapshot, by: Actor) -> str:
    """How often a customer usually orders, and when they did last."""
    days = one.recency_days or 0
    if one.interval_median is None:
        return ngettext("Ordered once, %(n)s day ago.", "Ordered once, %(n)s days ago.", days)
    usual = formats(by).number(max(Decimal(1), one.interval_median).quantize(Decimal(1)))
    return ngettext(
        "Usually orders every %(usual)s days, last order %(n)s day ago.",
        "Usually orders every %(usual)s days, last order %(n)s days ago.",
        days,
        usual=usual,
    )
