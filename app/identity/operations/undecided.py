"""Rights that came with a later version: no role of the workspace's own has them by itself."""

from __future__ import annotations

from app.identity import permissions
from app.identity.models import Role
from app.kernel.actor import Actor


def offered_rights(by: Actor) -> list[str]:
    """Every right that a role can be given in this workspace now, as `type:verb`."""
    return sorted(
        f"{group.record_type}:{verb.key}"
        for group in permissions.groups(by.tenant)
        for verb in group.verbs
    )


def undecided(role: Role, by: Actor) -> frozenset[tuple[str, str]]:
    """The rights, by type and verb, that there were not when the role was saved last.

    Built-in roles have none such: they get theirs with the release that brings the rights.
    """
    if role.key is not None or role.offered is None:
        return frozenset()
    new = set(offered_rights(by)) - set(role.offered)
    return frozenset((kind, verb) for kind, _colon, verb in (one.partition(":") for one in new))


def decide(role: Role, by: Actor) -> None:
    """Note that somebody has looked at all that a role can be given now.

    What belongs to a module that is off stays as it was.
    """
    if role.key is None:
        role.offered = sorted({*(role.offered or ()), *offered_rights(by)})
