"""The choices of opportunities that are the product's own, and reasons to begin with."""

from __future__ import annotations

from app.kernel.language import _
from app.records.fields import Option

OUTCOMES = (
    Option("open", _("Still open"), "blue"),
    Option("won", _("Won"), "green", by_action="win"),
    Option("lost", _("Lost"), "grey", by_action="lose"),
)
FORECASTS = (
    Option("pipeline", _("In the pipeline"), "grey"),
    Option("best_case", _("Best case"), "blue"),
    Option("commit", _("Commit"), "violet"),
    Option("omitted", _("Left out"), "grey"),
    Option("won", _("Closed won"), "green", by_action="win"),
    Option("lost", _("Closed lost"), "grey", by_action="lose"),
)
WON_REASONS = (
    Option("price", _("Price"), "green"),
    Option("quality", _("Quality"), "green"),
    Option("service", _("Service and speed"), "teal"),
    Option("relationship", _("Long relation"), "violet"),
    Option("other", _("Another reason"), "blue"),
)
LOST_REASONS = (
    Option("price", _("Price"), "amber"),
    Option("competitor", _("Bought elsewhere"), "red"),
    Option("no_budget", _("No budget"), "grey"),
    Option("postponed", _("Put off"), "grey"),
    Option("no_answer", _("No answer any more"), "grey"),
    Option("other", _("Another reason"), "blue"),
)
