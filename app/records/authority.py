"""What people agree to with customers, as far as a role's authority goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.actor import Actor
from app.kernel.language import Text


@dataclass(frozen=True, slots=True)
class Points:
    """What a number of points consists of, for who decides whether they may be agreed to.

    `of(record)` tells them in codes and numbers, as a request keeps them, when it is asked for;
    `told(point, by)` one of them in the words of its reader, empty where that one may not see it.
    """

    of: Callable[[Any], Sequence[Mapping[str, Any]]]
    told: Callable[[Mapping[str, Any], Actor], str]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that people agree to with customers: a number in a field of a record type.

    `unit` is what stands behind the number. Where `bigger_is_more` is False, less of it is the
    further concession: a deposit. With `at` it is judged when one of these verbs is done, whatever
    they change, and at no other time: what is only being drafted agrees to nothing. Of one that
    `goes_back` only what is below zero is judged: a refund. `points` say what its number counts.
    """

    key: str
    label: Text
    unit: Text | str
    record_type: str
    field: str
    bigger_is_more: bool = True
    at: tuple[str, ...] = ()
    goes_back: bool = False
    points: Points | None = None
