"""What every page of insight says first: as of which day, on how much data, and in what."""

from __future__ import annotations

from dataclasses import dataclass

from app.insight.models import InsightRun
from app.insight.models.run import FAILED
from app.insight.operations.runs import current_run, firms_today, latest_runs, run_under_way
from app.insight.operations.settings import COMPUTE, MANAGE
from app.insight.operations.silence import ENOUGH, silence_of
from app.kernel.actor import Actor
from app.kernel.language import Text, _, gettext, ngettext
from app.records.datasets import dataset
from app.web.formats import formats

BASES = {"revenue": _("in revenue"), "margin": _("in margin")}
TABS = (
    ("values", "/insight", _("Value matrix")),
    ("classes", "/insight/classes", _("Classes by purchase")),
    ("leaving", "/insight/leaving", _("Who is leaving")),
)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a page: tabs, as-of sentence, and why there is nothing to show, if there is not.

    `silence` is none, no_sales, never (nothing was reckoned yet), empty (nobody bought) or few.
    """

    tab: str
    tabs: tuple[tuple[str, str, Text], ...]
    run: InsightRun | None
    as_of: str
    stands_on: str
    silence: str
    few: str
    is_under_way: bool
    error: str
    may_compute: bool
    may_manage: bool
    today: str
    currency: str


def head_of(tab: str, by: Actor) -> Head:
    """The head of one of the pages."""
    run, write = current_run(by), formats(by)
    under_way = run_under_way(by)
    latest = latest_runs(by, 1)
    failed = bool(latest) and latest[0].state == FAILED
    writable = not by.tenant.is_read_only
    return Head(
        tab,
        TABS,
        run,
        write.day(run.as_of, by.today()) if run is not None else "",
        _stands_on(run, by) if run is not None else "",
        silence_of(run, by),
        _few(run) if run is not None else "",
        under_way is not None,
        latest[0].error or "" if failed else "",
        by.may(*COMPUTE) and writable and dataset("purchases", by) is not None,
        by.may(*MANAGE),
        firms_today(by).isoformat(),
        by.tenant.currency,
    )


def _few(run: InsightRun) -> str:
    return ngettext(
        "So far %(n)s customer has bought. From %(least)s on, classes, values and warnings mean"
        " something, and are shown here.",
        "So far %(n)s customers have bought. From %(least)s on, classes, values and warnings mean"
        " something, and are shown here.",
        run.customers,
        least=ENOUGH,
    )


def _stands_on(run: InsightRun, by: Actor) -> str:
    """How much data a run stands on."""
    write = formats(by)
    if run.first_on is None or run.last_on is None:
        return ""
    return gettext(
        "%(customers)s, %(purchases)s from %(first)s to %(last)s, %(basis)s",
        customers=ngettext(
            "%(n)s customer", "%(n)s customers", run.customers, n=write.number(run.customers)
        ),
        purchases=ngettext(
            "%(n)s purchase", "%(n)s purchases", run.purchases, n=write.number(run.purchases)
        ),
        first=write.day(run.first_on, by.today()),
        last=write.day(run.last_on, by.today()),
        basis=BASES[run.basis],
    )
