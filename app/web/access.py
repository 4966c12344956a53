"""Who may call a route, declared on the route: an undeclared one stops the service at start-up.

The request's edge enforces the declaration before the route runs, and the isolation matrix in the
tests is generated from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

Route = TypeVar("Route", bound=Callable[..., Any])


class Side(StrEnum):
    """Whose address a route answers at."""

    WORKSPACE = "workspace"
    SERVICE = "service"
    BOTH = "both"  # The service's address and every workspace's.
    ANY = "any"  # Any host, even an unknown one: liveness and static files.


class Who(StrEnum):
    """Who must be there."""

    ANYONE = "anyone"
    USER = "user"  # Signed in, in the browser.
    TOKEN = "token"  # noqa: S105  A program, with an API token.
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Access:
    """One route's declaration.

    `permission` is (record type, verb) needed beyond being signed in; `record_verb` says what a
    route does with the record type that its URL names, and the door and the fetch decide;
    `while_suspended` keeps the route open in a suspended workspace; `while_previewing` lets who
    looks at the workspace as another role call a route that is not only for reading. `takes_files`
    lets whoever is signed in send files, which then may be larger than any other body; `takes_one`
    that it is one file, as large as the body may be. `by_address`: nobody knows the address who did
    not get it from us, so a form that was made elsewhere is none and needs no token. `for_support`:
    it is there for who helps with the firm's consent, who is kept from what is near it.
    `form_fields` is how many fields its form may have, where that is more than any other.
    """

    side: Side
    who: Who
    permission: tuple[str, str] | None = None
    record_verb: str | None = None
    while_suspended: bool = False
    while_previewing: bool = False
    takes_files: bool = False
    takes_one: bool = False
    by_address: bool = False
    for_support: bool = False
    form_fields: int = 0


def access(
    side: Side = Side.WORKSPACE,
    who: Who = Who.USER,
    *,
    permission: tuple[str, str] | None = None,
    record_verb: str | None = None,
    while_suspended: bool = False,
    while_previewing: bool = False,
    takes_files: bool = False,
    takes_one: bool = False,
    by_address: bool = False,
    for_support: bool = False,
    form_fields: int = 0,
) -> Callable[[Route], Route]:
    """Declare who may call the decorated route; see Access."""
    declared = Access(
        side,
        who,
        permission,
        record_verb,
        while_suspended,
        while_previewing,
        takes_files,
        takes_one,
        by_address,
        for_support,
        form_fields,
    )

    def declare(route: Route) -> Route:
        route.access = declared  # type: ignore[attr-defined]
        return route

    return declare


def declared_access(route: Callable[..., Any]) -> Access | None:
    """The declaration of a route, or None when it has none."""
    found: Access | None = getattr(route, "access", None)
    return found
