"""What a tenancy operation answers when it can't be done; `str(error)` is a whole sentence."""

from __future__ import annotations

from enum import StrEnum


class TenancyError(Exception):
    """Why a tenancy can't be made or changed: one sentence for whoever asked."""


class SlugProblem(StrEnum):
    """Why a slug can't be had; the interface has its own wording for each in every language."""

    MALFORMED = "malformed"
    RESERVED = "reserved"
    BRAND = "brand"
    TAKEN = "taken"
    LOOK_ALIKE = "look_alike"
    QUARANTINED = "quarantined"


SENTENCES = {
    SlugProblem.MALFORMED: (
        "The address {slug!r} can't be used: 3 to 40 small letters, digits and single hyphens, "
        "beginning and ending with a letter or digit."
    ),
    SlugProblem.RESERVED: "The address {slug!r} is kept for the service itself.",
    SlugProblem.BRAND: "The address {slug!r} is kept for the brand that it names.",
    SlugProblem.TAKEN: "The address {slug!r} is taken.",
    SlugProblem.LOOK_ALIKE: "The address {slug!r} looks too much like one that is taken.",
    SlugProblem.QUARANTINED: (
        "The address {slug!r} belonged to another workspace not long ago and is not free yet."
    ),
}


class SlugRefused(TenancyError):
    """The slug can't be had; `problem` says why."""

    def __init__(self, problem: SlugProblem, slug: str) -> None:
        super().__init__(SENTENCES[problem].format(slug=slug))
        self.problem = problem
        self.slug = slug


class UnknownTenant(TenancyError):
    """No workspace has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"No workspace has the address {slug!r}.")
        self.slug = slug


class Busy(TenancyError):
    """Somebody else holds what is needed; trying again a little later helps."""
