"""What can be granted: groups of permissions that modules register at start-up.

Identity names no record type; `create_app` registers a group for each one, and the role editor,
the scopes of tokens and the checks on grants all read from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.kernel.actor import Actor
from app.kernel.language import Text, _
from tenants.facts import TenantFacts


@dataclass(frozen=True, slots=True)
class Choice:
    """A verb or a field that a role can be given or denied, with its label.

    A `readonly` field is kept by the product: nobody writes it, so it can only be hidden.
    """

    key: str
    label: Text
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class PermissionGroup:
    """The verbs and fields of one record type, or of one subject of the settings.

    With `has_reach`, a verb can be granted for one's own records, for those of the team or for
    all; without, it is granted or not. A group whose module is off can't be granted.
    """

    record_type: str
    label: Text
    verbs: tuple[Choice, ...]
    fields: tuple[Choice, ...] = ()
    module: str = "crm"
    has_reach: bool = True


SETTINGS = (
    PermissionGroup(
        "user",
        _("Users"),
        (Choice("manage", _("Invite and manage")),),
        has_reach=False,
    ),
    PermissionGroup("team", _("Teams"), (Choice("manage", _("Manage")),), has_reach=False),
    PermissionGroup("role", _("Roles"), (Choice("manage", _("Manage")),), has_reach=False),
    PermissionGroup(
        "token",
        _("API tokens"),
        (Choice("create", _("Create their own")), Choice("manage", _("Manage everyone's"))),
        has_reach=False,
    ),
    PermissionGroup(
        "firm", _("Firm and workspace"), (Choice("manage", _("Manage")),), has_reach=False
    ),
    PermissionGroup(
        "sign_in", _("Sign-in rules"), (Choice("manage", _("Manage")),), has_reach=False
    ),
    PermissionGroup("audit", _("Audit"), (Choice("read", _("Read")),), has_reach=False),
    PermissionGroup(
        "support", _("Support access"), (Choice("allow", _("Allow and end")),), has_reach=False
    ),
)

OwnFields = Callable[[Actor, str], tuple[Choice, ...]]  # Of a record type.
_own_fields: OwnFields | None = None
_groups: dict[str, PermissionGroup] = {group.record_type: group for group in SETTINGS}


def register(group: PermissionGroup) -> None:
    """Make a group grantable; start-up calls it once per record type and process."""
    known = _groups.get(group.record_type)
    if known is not None and known != group:
        raise ValueError(f"The permissions of {group.record_type!r} are registered twice.")
    _groups[group.record_type] = group


def groups(tenant: TenantFacts) -> list[PermissionGroup]:
    """The groups that can be granted in this workspace: record types first, settings last."""
    on = [group for group in _groups.values() if tenant.allows(group.module)]
    return sorted(on, key=lambda group: not group.has_reach)


def offer_fields(own_fields: OwnFields) -> None:
    """Let roles narrow the fields that a workspace added by itself too; start-up calls it."""
    global _own_fields  # noqa: PLW0603  Set once, as the groups above are filled.
    _own_fields = own_fields


def groups_for(by: Actor) -> list[PermissionGroup]:
    """As `groups`, with the fields that `by`'s workspace added."""
    return [_with_own_fields(group, by) for group in groups(by.tenant)]


def find_for(record_type: str, by: Actor) -> PermissionGroup | None:
    """As `find`, with the fields that `by`'s workspace added."""
    group = find(record_type, by.tenant)
    return _with_own_fields(group, by) if group is not None else None


def _with_own_fields(group: PermissionGroup, by: Actor) -> PermissionGroup:
    added = _own_fields(by, group.record_type) if _own_fields is not None else ()
    return replace(group, fields=(*group.fields, *added)) if added else group


def find(record_type: str, tenant: TenantFacts) -> PermissionGroup | None:
    """The group of a record type or a subject of the settings, when its module is on."""
    group = _groups.get(record_type)
    return group if group is not None and tenant.allows(group.module) else None


def is_known(permission: str, tenant: TenantFacts) -> bool:
    """True for `contact:read`, `contact:*` and `*` when they mean something in this workspace."""
    if permission == "*":
        return True
    record_type, separator, verb = permission.partition(":")
    group = find(record_type, tenant)
    if not separator or group is None:
        return False
    return verb == "*" or any(choice.key == verb for choice in group.verbs)
