"""Who gets what: the rules of a handover, as they are kept and as they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor
from app.kernel.errors import Missing, Refused
from app.kernel.ids import parse_id
from app.kernel.language import _
from app.records.access import readable_keys
from app.records.filters import Node
from app.records.filters.conditions import where
from app.records.filters.written import as_tree, read_tree
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType

MOST_RULES = 50
MOST_RECEIVERS = 50  # Of one rule.


@dataclass(frozen=True, slots=True)
class Rule:
    """The records of a type that some filters find go to these people, evenly; without, all do."""

    record_type: str
    filters: tuple[Node, ...]
    to: tuple[UUID, ...]

    def stored(self) -> dict[str, Any]:
        """The rule as a row keeps it."""
        return {
            "record_type": self.record_type,
            "filter": as_tree(self.filters) if self.filters else None,
            "to": [str(one) for one in self.to],
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for: whether the person leaves, the rules in their order, who gets the rest."""

    leaves: bool = True
    rest_to_id: UUID | None = None
    rules: tuple[Rule, ...] = ()

    @property
    def receivers(self) -> frozenset[UUID]:
        """Everybody who gets something by it."""
        named = {one for rule in self.rules for one in rule.to}
        return frozenset(named | ({self.rest_to_id} if self.rest_to_id else set()))

    def of(self, record_type: str) -> list[tuple[int, Rule]]:
        """The rules for a type with their places, the first of which wins."""
        return [pair for pair in enumerate(self.rules) if pair[1].record_type == record_type]


def read_rule(raw: Mapping[str, Any], by: Actor) -> Rule:
    """A rule as a row or a program has it; Refused with a message per key when it is none."""
    record_type = type_called(raw.get("record_type"), by)
    tree = raw.get("filter")
    if tree is not None and not isinstance(tree, dict):
        raise Refused(_("Give a filter as an object."), field="filter")
    filters = read_tree(json.dumps(tree)) if tree else ()
    where(record_type, filters, by, readable_keys(record_type, by))  # Refused for what is no field.
    return Rule(record_type.key, filters, read_receivers(raw.get("to")))


def type_called(key: object, by: Actor) -> RecordType:
    """The record type of a rule; Refused when there is none of that name here."""
    if not isinstance(key, str) or key not in {one.key for one in switched_on(by)}:
        raise Refused(_("There is no such record type."), field="record_type")
    return tailored(key, by)


def read_receivers(raw: object) -> tuple[UUID, ...]:
    """The people of a rule, each once; Refused for none and for too many."""
    texts: Iterable[object] = raw if isinstance(raw, list | tuple) else ()
    found = dict.fromkeys(parse_id(one) if isinstance(one, str) else None for one in texts)
    people = tuple(one for one in found if one is not None)
    if not people or len(people) != len(found):
        raise Refused(_("Choose at least one colleague."), field="to")
    if len(people) > MOST_RECEIVERS:
        raise Refused(_("At most %(limit)s values.", limit=MOST_RECEIVERS), field="to")
    return people


def read_rules(stored: Sequence[Mapping[str, Any]], by: Actor) -> tuple[Rule, ...]:
    """The rules that a row keeps; what can't be read any more (a field is gone) is left out."""
    found = []
    for one in stored:
        try:
            found.append(read_rule(one, by))
        except (Refused, Missing):
            continue
    return tuple(found)
