"""What a record type declares of its pool, and the verbs that are done with what is in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from app.kernel.actor import Actor

CLAIM, RETURN, REASSIGN, DISTRIBUTE = "claim", "return", "reassign", "distribute"
OF_POOL = frozenset(
    {CLAIM, REASSIGN, DISTRIBUTE}
)  # Done with what waits there, whoever may read it besides.
SEE_POOL = "see_pool"  # Granted like a verb; it changes no record.
POOL_FILTER = (("owner_id__isnull", "true"),)  # The arguments of a list that shows the pool.


@dataclass(frozen=True, slots=True)
class Pool:
    """Records without an owner wait to be claimed.

    `hidden` are the fields that nobody sees by the pool alone, unless a workspace chooses others.
    `activity` is the moment at which something was last done with a record. `warns(ids, by)` tells
    in sentences what whoever returns records should know before; `ids` is the SELECT of theirs.
    """

    hidden: tuple[Any, ...] = ()
    activity: Any = None
    warns: Callable[[Select[Any], Actor], list[str]] = lambda _ids, _by: []
