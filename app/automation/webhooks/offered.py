"""Which events there are to be told of: what can happen to a record of each type."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import Actor
from app.kernel.language import Text
from app.records.happenings import Happenings, happenings
from app.records.pages.audit_words import VERBS
from app.records.tailored import switched_on
from app.records.types import RecordType

# What can happen to any record; an action adds the event that it declares.
STANDARD = ("created", "updated", "deleted", "restored", "erased")
APPROVALS = ("approval_requested", "approval_approved", "approval_rejected", "approval_recalled")
MERGING = ("merged", "merged_into", "unmerged")
TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class Offer:
    """One event by its name, `contact.created`, and in words."""

    name: str
    label: Text


def offered(by: Actor) -> list[tuple[RecordType, list[Offer]]]:
    """The events of every record type that `by` may read, by type."""
    return [
        (one, [Offer(f"{one.key}.{verb}", label) for verb, label in verbs_of(one).items()])
        for one in switched_on(by)
        if by.may(one.key, "read")
    ]


def names(by: Actor) -> list[str]:
    """Their names, in the same order."""
    return [offer.name for _type, offers in offered(by) for offer in offers]


def others(by: Actor) -> list[tuple[Happenings, list[Offer]]]:
    """The events of what is no record, such as e-mails, that `by` may be told of."""
    return [
        (one, [Offer(f"{one.key}.{verb}", label) for verb, label in one.verbs.items()])
        for one in happenings()
        if one.may_read(by)
    ]


def every_name(by: Actor) -> list[str]:
    """The names of all events that a webhook can tell `by` of; group robots tell of records."""
    return [*names(by), *(offer.name for _kind, offers in others(by) for offer in offers)]


def verbs_of(record_type: RecordType) -> dict[str, Text]:
    """What can happen to a record of a type, in words."""
    known = (*STANDARD, *APPROVALS, *(MERGING if record_type.can_merge else ()))
    found = {verb: VERBS[verb][0] for verb in known}
    return found | {action.event: action.event_label for action in record_type.actions}
