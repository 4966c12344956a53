"""The duplicates of a type: the page of all suspects, how many there are, and what keys cost.

The generator's numbers are the hundred of each area that no one has, so many people and firms
share them: there are more groups here than a workspace of the size would have.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from app.identity.models import User
from app.kernel.actor import Actor
from app.records.duplicates.models import DuplicateKey, SharedKey
from app.records.registry import registry
from bench.asking import measure
from bench.figures import Figure, Limit
from bench.service import Person, Service, sign_in
from bench.surroundings import REP, Workspace

PAGE = Limit(floor=1000)
CREATE = Limit(floor=10)
ASKED = 40  # Requests of each figure.
PLACES = (
    ("the first groups", "contacts/duplicates"),
    ("of one reason", "contacts/duplicates?reason=person"),
    ("of one owner", "contacts/duplicates?owner={owner}"),
    ("of those denied", "contacts/duplicates?show=denied"),
    ("how many there are", "contacts/duplicates/count"),
    ("the first groups of accounts", "accounts/duplicates"),
    ("how many there are of accounts", "accounts/duplicates/count"),
)


def run(measured: Workspace, web: Service) -> list[Figure]:
    """All figures of this bench, as the owner and as a representative see it."""
    with measured.acting() as by:
        owner = by.session.scalars(select(User.id).where(User.email == REP)).one()
        told = _told(by)
    figures: list[Figure] = []
    for who, person in (("owner", sign_in(web)), ("representative", sign_in(web, REP))):
        for name, path in PLACES:
            asked = [person.write("GET", f"/{path.format(owner=owner)}")]
            title = f"duplicates as {who}: {name}"
            note = "" if figures else told
            figures.append(
                measure(title, web, asked, limit=PAGE, note=note, at_once=False, counted=ASKED)
            )
    return [*figures, *_changes(web, sign_in(web))]


def _told(by: Actor) -> str:
    """How many keys and shared keys the types have."""
    found = []
    for model in (DuplicateKey, SharedKey):
        for one in registry():
            if one.signs:
                number = by.session.scalar(
                    select(func.count()).select_from(model).where(model.record_type == one.key)
                )
                found.append(f"{model.__tablename__} of {one.collection} {number:,}")
    return ", ".join(found)


def _changes(web: Service, owner: Person) -> Iterator[Figure]:
    """Creating contacts, whose keys are written along."""
    forms = [
        owner.write(
            "POST",
            "/contacts/new",
            body={
                "last_name": f"Bench {number}",
                "first_name": "Ann",
                "email": f"bench{number}@bench.example",
                "phone": "+44 20 7946 0018",
            },
        )
        for number in range(ASKED)
    ]
    yield measure(
        "create a contact with its keys",
        web,
        forms,
        limit=CREATE,
        status=303,
        at_once=False,
        counted=ASKED,
    )
