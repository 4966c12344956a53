"""Whether a workspace takes changes at this moment, for work that began long before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

from sqlalchemy import select

from tenants.control import Tenant
from tenants.database import control_session
from tenants.facts import State, TenantFacts

SECONDS = 2.0  # How old what is known may be.
CHANGEABLE = (State.TRIAL, State.ACTIVE)
Item = TypeVar("Item")


class Door:
    """Open while the workspace takes changes; looked at anew as the work goes on."""

    def __init__(self, tenant: TenantFacts) -> None:
        self._tenant = tenant
        self._until = 0.0
        self._is_open = True

    def is_open(self) -> bool:
        """True while changes are taken; read outside of any scope, at most every two seconds.

        Once it is found closed it stays so for this work.
        """
        if self._is_open and monotonic() >= self._until:
            asked = select(Tenant.state).where(Tenant.id == self._tenant.id)
            with control_session() as session:
                self._is_open = session.scalar(asked) in CHANGEABLE
            self._until = monotonic() + SECONDS
        return self._is_open

    @property
    def was_closed(self) -> bool:
        """True once it was found closed."""
        return not self._is_open

    def while_open(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items up to the moment at which the door is found closed."""
        for item in items:
            if not self.is_open():
                return
            yield item
