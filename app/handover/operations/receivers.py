"""Who may take over records: those whose role lets them read and change what they would get."""

from __future__ import annotations

from collections.abc import Collection

from app.identity.members import RoleFacts
from app.identity.models import User
from app.identity.rights import rights_of_role
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import _, gettext
from app.records.registry import registry
from app.web.formats import formats


def require_taker(person: User, kinds: Collection[str], by: Actor, *, field: str) -> None:
    """Refused where somebody would get records that their role may not see, or only read."""
    unseen, unchanged = _barred(person.role, kinds, by)
    if unseen:
        what, name = _named(unseen, by), person.name
        text = _("%(name)s may not see %(what)s. Choose somebody else.", name=name, what=what)
        raise Refused(text, field=field)
    if unchanged:
        what, name = _named(unchanged, by), person.name
        text = _("%(name)s may only read %(what)s. Choose somebody else.", name=name, what=what)
        raise Refused(text, field=field)


def warning(role: RoleFacts, kinds: Collection[str], by: Actor) -> str:
    """What bars those with a role from taking over records of some types; nothing if they can."""
    unseen, unchanged = _barred(role, kinds, by)
    if unseen:
        return gettext("May not see %(what)s", what=_named(unseen, by))
    if unchanged:
        return gettext("May only read %(what)s", what=_named(unchanged, by))
    return ""


def _barred(role: RoleFacts, kinds: Collection[str], by: Actor) -> tuple[list[str], list[str]]:
    """The types that a role may not read, and those of the others that it may not change."""
    rights = rights_of_role(by.session, role)
    unseen = [one for one in kinds if rights.reach(one, "read") is None]
    unchanged = [one for one in kinds if rights.reach(one, "update") is None]
    return unseen, [one for one in unchanged if one not in unseen]


def _named(kinds: Collection[str], by: Actor) -> str:
    return formats(by).listed(str(registry().type(one).words.many) for one in kinds)
