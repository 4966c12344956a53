"""What is done with an opportunity beyond editing it: winning, losing, reopening."""

from __future__ import annotations

from app.kernel.language import _
from app.records.types import Action, Ask, Choose, Offer
from app.sales.models import Opportunity
from app.sales.models.opportunity import OPEN
from app.sales.operations.opportunities import lose, reasons, reopen, win

ACTIONS = (
    Action(
        "win",
        _("Mark as won"),
        event="won",
        told=_("won this opportunity"),
        run=win,
        when=lambda record: record.outcome == OPEN,
        reads=(Opportunity.outcome,),
        optional=("reason", "note", "on"),
        ask=Ask("win", _("Mark as won…"), "trophy", at_drop=True),
        names="reason",
        names_of=Opportunity.won_reason,
        icon="trophy",
        undo="reopen",
        result=_("Won"),
    ),
    Action(
        "lose",
        _("Mark as lost"),
        event="lost",
        told=_("lost this opportunity"),
        run=lose,
        when=lambda record: record.outcome == OPEN,
        reads=(Opportunity.outcome,),
        inputs=("reason",),
        optional=("note", "competitor", "on"),
        ask=Ask("lose", _("Mark as lost…"), "circle-x"),
        choose=Choose(
            "reason",
            _("Reason"),
            lambda _type, by: [Offer(one.value, one.shown()) for one in reasons("lost_reason", by)],
        ),
        names="reason",
        names_of=Opportunity.lost_reason,
        icon="circle-x",
        undo="reopen",
        result=_("Lost"),
    ),
    Action(
        "reopen",
        _("Reopen"),
        event="reopened",
        told=_("reopened this opportunity"),
        run=reopen,
        when=lambda record: record.outcome != OPEN,
        reads=(Opportunity.outcome,),
        icon="rotate-clockwise",
        result=_("Reopened"),
        happened=_("Opened again"),
    ),
)
