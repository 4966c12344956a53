"""What the customer base shows on Home, and with what a Home begins."""

from __future__ import annotations

from app.crm.pages.team_day import is_for, team_day
from app.kernel.language import _
from app.records.widgets import REPORT, WIDGET, First, Widget

TEAM_DAY = Widget(
    key="team-day",
    module="crm",
    label=_("The team’s day"),
    text=_("Of each colleague what is overdue, what is due today, which customers are quiet."),
    icon="users",
    template="crm/_team_day.html",
    make=team_day,
    is_for=is_for,
)

WIDGETS = (TEAM_DAY,)
HOME = (
    First(WIDGET, TEAM_DAY.key, is_wide=True),
    First(REPORT, "activities-by-week"),
    First(REPORT, "accounts-by-lifecycle"),
)
