"""Business time: when a firm works, and how long something takes of that.

It knows no Flask, no database and no workspace; `app/records/worktime` keeps the calendars.
"""

from app.kernel.worktime.calendar import Span, WorkCalendar, weekly
from app.kernel.worktime.counting import (
    NeverOpen,
    add_business_time,
    business_time_between,
    is_open,
    next_open,
)
from app.kernel.worktime.fiscal import FiscalYear

__all__ = [
    "FiscalYear",
    "NeverOpen",
    "Span",
    "WorkCalendar",
    "add_business_time",
    "business_time_between",
    "is_open",
    "next_open",
    "weekly",
]
