"""What a paper must have before it leaves us, beyond what each kind of them asks for itself."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _, listed
from app.records.inputs import still_asked
from app.records.model import Record
from app.records.tailored import tailored
from app.sales.lines.keep import has_lines
from app.sales.lines.kinds import kind_of
from app.sales.lines.model import Paper

Errors = dict[str, Text | str]


def against_lines(paper: Paper, by: Actor) -> Errors:
    """What stands against the lines of a paper as a whole: there are none, or less than nothing."""
    if not has_lines(paper, by):
        return {"lines": kind_of(paper).nothing}
    if not paper.is_return and (paper.total or 0) < 0:
        told = _("This comes to less than zero. Give it back from the order that sold it.")
        return {"lines": told}
    return {}


def demand_ready(paper: Paper, errors: Errors, by: Actor) -> None:
    """Refused where anything stands against a paper that is to leave us, with a message per field.

    `errors` is what was found already; own fields that must be filled in are added. Where there is
    nothing else, the message names them: it is told where no field is in sight.
    """
    demand_filled(kind_of(paper).key, paper, errors, by)


def demand_filled(key: str, record: Record, errors: Errors, by: Actor) -> None:
    """The same for a record of the type `key` that has no lines."""
    lacking = still_asked(tailored(key, by), record)
    asked: Errors = {one.key: _("Please fill in this field.") for one in lacking}
    if errors:
        raise Refused(next(iter(errors.values())), errors={**errors, **asked})
    if asked:
        names = listed(str(one.label) for one in lacking)
        raise Refused(_("Please fill in first: %(fields)s.", fields=names), errors=asked)
