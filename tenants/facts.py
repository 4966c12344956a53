"""What a request may know of its tenant: read before the scope opens, frozen on the actor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """Where a tenancy stands; `perform` refuses changes when it is read-only."""

    TRIAL = "trial"
    ACTIVE = "active"
    PAST_DUE = "past_due"  # Read-only until the bill is paid.
    SUSPENDED = "suspended"  # Sign-in, billing and export only.
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """The facts of one tenant, as they stood at most five seconds ago.

    `limits` are those of its plan and of what it bought; a name that is missing is not bounded.
    `pay_by` is there while a bill is unpaid: the moment from which the workspace is read-only.
    `starter` is what it began with, or empty.
    """

    id: UUID
    slug: str
    name: str
    db_role: str
    schema: str
    state: State
    language: str = "en"
    currency: str = "USD"
    zone: str = "UTC"
    country: str = "US"
    plan: str = "trial"
    modules: tuple[str, ...] = ()
    version: str = ""
    limits: dict[str, int] = field(default_factory=dict, hash=False, compare=False)
    trial_ends_at: datetime | None = None
    pay_by: datetime | None = None
    starter: str = ""

    @property
    def is_read_only(self) -> bool:
        """True when nothing may be changed by this tenant's people."""
        return self.state in (State.PAST_DUE, State.SUSPENDED, State.ERASED)

    @property
    def is_suspended(self) -> bool:
        """True when only sign-in, billing and export are reachable."""
        return self.state in (State.SUSPENDED, State.ERASED)

    def allows(self, module: str) -> bool:
        """True when `module` is switched on; `crm` always is."""
        return module == "crm" or module in self.modules
