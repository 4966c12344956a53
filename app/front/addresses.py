"""The addresses of workspaces and of people, as somebody chooses them who signs up."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import Refused
from app.kernel.firms import firm_core
from app.kernel.folding import has_han
from app.kernel.language import Text, _
from app.kernel.slug import slug as plain
from tenants.control import SignUp
from tenants.errors import SlugProblem, SlugRefused
from tenants.lifecycle import check_free
from tenants.slugs import check_shape, skeleton

LONGEST = 40  # Letters of a slug.
TRIES = 9

WORDS = {
    SlugProblem.MALFORMED: _(
        "Use 3 to 40 small letters and digits, with single hyphens between them."
    ),
    SlugProblem.RESERVED: _("This address is kept for the service itself. Choose another."),
    SlugProblem.BRAND: _(
        "This address is kept for the brand that it names, or is read as. Choose another."
    ),
    SlugProblem.TAKEN: _("This address is taken. Choose another."),
    SlugProblem.LOOK_ALIKE: _(
        "This address looks too much like that of another firm. Choose another."
    ),
    SlugProblem.QUARANTINED: _("This address is not free yet. Choose another."),
}

# Mailboxes that several people read, or nobody in particular.
_ROLES = (
    "abuse admin administrator billing contact enquiries finance hello help hr info it mail "
    "marketing noreply no-reply office postmaster sales service support team webmaster"
)
ROLES = frozenset(_ROLES.split())


def check_slug(session: Session, slug: str, now: datetime) -> None:
    """Raise SlugRefused where nobody, or only somebody else, can have this address.

    `session` is one on the shared tables. Whoever is waiting for it has it already.
    """
    check_shape(slug)
    check_free(session, slug, now)
    waiting = select(SignUp.slug).where(
        SignUp.skeleton == skeleton(slug), SignUp.state == "waiting"
    )
    found = session.scalars(waiting).first()
    if found is not None:
        raise SlugRefused(SlugProblem.TAKEN if found == slug else SlugProblem.LOOK_ALIKE, slug)


def suggest_slug(session: Session, firm: str, now: datetime) -> str:
    """An address for a firm of this name that is free, or "" where none comes to mind.

    Chinese names are spelt in one word, as firms write their domains: 北风贸易有限公司 gives
    `beifengmaoyi`.
    """
    core = firm_core(firm[:200])
    stem = plain(core).replace("_", "" if has_han(core) else "-")[:LONGEST].strip("-")
    for number in range(1, TRIES + 1):
        tried = stem if number == 1 else f"{stem[: LONGEST - 2].rstrip('-')}-{number}"
        try:
            check_slug(session, tried, now)
        except SlugRefused as refusal:
            if refusal.problem is SlugProblem.MALFORMED:
                return ""
            continue
        return tried
    return ""


def check_mailbox(email: str) -> None:
    """Raise Refused for an address that will be gone tomorrow, with the workspace behind it."""
    if is_disposable(email):
        raise Refused(
            _(
                "This mailbox exists for minutes only, and with it you would lose the way into "
                "your workspace. Use one that stays."
            ),
            field="email",
        )


def note_on(email: str) -> Text | None:
    """What to consider about an address that is taken as it is, or None."""
    name = email.partition("@")[0].strip().casefold()
    if "@" in email and name in ROLES:
        return _(
            "Several people may read this mailbox. It works, but who owns the workspace is "
            "better known by an address of their own."
        )
    return None


def is_disposable(email: str) -> bool:
    """True for a host of throw-away addresses, and for hosts below it."""
    labels = email.rpartition("@")[2].strip().casefold().rstrip(".").split(".")
    return any(".".join(labels[start:]) in _disposable() for start in range(len(labels)))


@cache
def _disposable() -> frozenset[str]:
    lines = Path(__file__).with_name("disposable.txt").read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))
