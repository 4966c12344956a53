"""As whom somebody looks at the workspace, while they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.language import gettext


@dataclass(frozen=True, slots=True)
class Preview:
    """A look at the workspace as a role alone, or as the colleague `person` who has it.

    `team` is the name of the looker's own team, which "team" reaches while a role alone is looked
    through. `looker_id` is who is signed in and looks.
    """

    role: str
    looker_id: UUID
    person: str = ""
    team: str = ""

    @property
    def name(self) -> str:
        """The role, or the colleague with their role, in the reader's language."""
        if not self.person:
            return self.role
        return gettext("%(person)s (%(role)s)", person=self.person, role=self.role)


@dataclass(frozen=True, slots=True)
class Support:
    """Somebody of the service who helps in a workspace with its consent, until `until`.

    `operator` is their name, `grant_id` the consent that they came by.
    """

    grant_id: UUID
    operator: str
    until: datetime
    may_write: bool
