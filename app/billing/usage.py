"""What a workspace uses of its plan, as a page and a program read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.identity.api_limits import calls_today
from app.identity.usage import seats
from app.jobs.room import waiting
from app.kernel.actor import Actor
from app.kernel.language import Text, _
from app.mail.quota import used_mails
from app.records import usage as records
from app.records.files import storage
from app.records.files.sizes import size_text
from app.web.formats import formats
from tenants.plans import Limit

NEAR = 80  # Percent: from here on the workspace is told.
FULL = 100


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one limit is used; `most` is None where the plan does not bound it."""

    limit: Limit
    label: Text
    text: Text
    used: int
    most: int | None

    @property
    def percent(self) -> int:
        """How much of it is used, rounded down; 0 where nothing bounds it."""
        return self.used * 100 // self.most if self.most else 0

    @property
    def nearness(self) -> int:
        """0, 80 or 100: the mark that was passed."""
        return FULL if self.percent >= FULL else NEAR if self.percent >= NEAR else 0

    def written(self, by: Actor, value: int) -> str:
        """A number of this kind in words."""
        if self.limit is Limit.STORAGE:
            return size_text(value)
        return formats(by).number(value)


@dataclass(frozen=True, slots=True)
class _Kind:
    limit: Limit
    label: Text
    text: Text
    used: Callable[[Actor], int]


KINDS = (
    _Kind(
        Limit.SEATS,
        _("Seats"),
        _("People who can sign in, and open invitations by e-mail."),
        seats.taken,
    ),
    _Kind(
        Limit.RECORDS,
        _("Records"),
        _("Of every kind; what lies in the recycle bin is not counted."),
        records.used_records,
    ),
    _Kind(
        Limit.STORAGE,
        _("Storage"),
        _("Files with their earlier versions, and deleted ones until they are gone for good."),
        storage.used,
    ),
    _Kind(
        Limit.MAILS,
        _("E-mails this month"),
        _("Written to customers; invitations and passwords are not counted."),
        used_mails,
    ),
    _Kind(
        Limit.CALLS,
        _("API calls today"),
        _("Of all tokens; the count begins anew at midnight UTC."),
        lambda by: calls_today(by.tenant, by.now),
    ),
    _Kind(
        Limit.JOBS,
        _("Waiting background work"),
        _("Imports, exports, mails and the like that have not begun."),
        lambda by: waiting(by.tenant),
    ),
)


def uses(by: Actor) -> list[Use]:
    """Every limit with what is used of it at this moment."""
    return [
        Use(one.limit, one.label, one.text, one.used(by), _most(one.limit, by)) for one in KINDS
    ]


def _most(limit: Limit, by: Actor) -> int | None:
    if limit is Limit.SEATS:
        return seats.most(by)
    if limit is Limit.STORAGE:
        return storage.limit_of(by)
    return by.tenant.limits.get(limit)
