"""What the period of a report is compared with."""

from __future__ import annotations

from app.records.filters.conditions import meant
from app.reports.engine.clock import Earlier, earlier, goes_by_days, read_days
from app.reports.engine.meaning import Meaning


def compared_with(meaning: Meaning) -> Earlier | None:
    """The days beside which a report sets those of its period; None for one that compares nothing.

    What is under way is compared like with like: of a date that no record has in advance, with as
    many days as have passed. Other dates, such as when a sale is expected, are there already for
    the days to come, and stand beside the whole earlier period.
    """
    period, firm = meaning.asked.period, meaning.firm
    if period is None or not period.compare:
        return None
    dated = meant(meaning.record_type, period.key, firm)
    until = firm.today() if dated is not None and dated.field.looks_back else None
    by_days = goes_by_days(meaning.asked)
    return earlier(read_days(period.text, firm), period.compare, by_days=by_days, until=until)
