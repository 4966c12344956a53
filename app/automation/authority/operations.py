"""Keeping the authority matrix: limits by role, subject and class of customer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.automation.approvals.facts import changed, known
from app.automation.approvals.rules import require_manage
from app.automation.authority.limits import Limits
from app.automation.authority.models import ANY, AuthorityClass, AuthorityLimit
from app.automation.authority.subjects import customer_type, subject_called
from app.events import write_event
from app.identity.models import Role
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.authority import Subject
from app.records.fields import Field, Option
from app.records.pages.choices import choices_of
from app.records.tailored import tailored
from app.records.types import RecordType

ENDLESS = ("unlimited", "不限", "不限制", "∞")  # What people write for a limit that has no end.
BIGGEST = Decimal(10) ** 12
MOST_VERSIONS = 10**9  # As long as the numbers of versions that are sent may be.
Cell = tuple[UUID, str]  # Role, class of customer.
_MEANWHILE: Text = _("Somebody else changed this meanwhile. Look at it again.")


def get_subject(key: str) -> Subject:
    """A subject that a module declares; Missing when there is none."""
    found = subject_called(key)
    if found is None:
        raise Missing(_("There is no such page."))
    return found


def choose_class(by: Actor, kind: str, field: str, was: str | None = None) -> None:
    """Tell customers apart by a field of choices; empty: not at all. Limits by class go with it.

    Conflict where it is no more what it `was`.
    """
    require_manage(by)
    changed(by.session)  # Whoever else changes the matrix waits, and sees what was changed here.
    record_type = tailored(kind, by)
    if field and field not in {one.key for one in fields_for_class(record_type)}:
        raise Refused(_("Choose a field with values to choose from."), field="class_field")
    stands = by.session.get(AuthorityClass, record_type.key)
    before = stands.field if stands is not None else ""
    if was is not None and was != before:
        raise Conflict(_MEANWHILE, field="class_field")
    if before == field:
        return
    by.session.execute(delete(AuthorityClass).where(AuthorityClass.record_type == record_type.key))
    if field:
        by.session.add(AuthorityClass(record_type=record_type.key, field=field))
    by.session.execute(delete(AuthorityLimit).where(AuthorityLimit.customer_class != ANY))
    by.session.expire_all()
    _note(by, {"class_field": [before or None, field or None]})


def fields_for_class(record_type: RecordType) -> list[Field]:
    """The fields by which customers can be told apart."""
    return [one for one in record_type.fields if one.kind == "choice"]


def classes(subject: Subject, by: Actor) -> list[tuple[str, str]]:
    """The classes of customers of a subject with what they are called; any customer first."""
    found = [(ANY, str(_("Any customer")))]
    its_type = customer_type(subject)
    key = limits_of(by).classes.get(its_type.key) if its_type is not None else None
    stands = by.session.get(AuthorityClass, its_type.key) if its_type is not None else None
    key = stands.field if stands is not None else key
    if its_type is None or key is None:
        return found
    customers = tailored(its_type, by)
    told = customers.by_key.get(key)
    if told is None:
        return found
    options: tuple[Option, ...] = choices_of(customers, by).get(key) or told.options
    return found + [(one.value, one.shown()) for one in options if not one.is_retired]


def limits_of(by: Actor) -> Limits:
    """The limits of the workspace."""
    return known(by).limits


def roles_of(by: Actor) -> list[Role]:
    """The roles that have limits: all but the owners, who may agree to anything."""
    rows = select(Role).where(Role.is_owner.is_(False)).order_by(Role.position, Role.id)
    return list(by.session.scalars(rows))


def version_of(subject: Subject, by: Actor) -> int:
    """A number that is another one after every change of the limits of a subject."""
    return _version(_cells_of(subject, by), classes(subject, by))


def is_as_seen(by: Actor, subject: Subject, texts: Mapping[Cell, str], version: int | None) -> bool:
    """True for a grid of a subject in which nothing was typed since it was of this `version`."""
    try:
        wanted = _read(texts)
    except Refused:
        return False
    before, every = _cells_of(subject, by), classes(subject, by)
    if version != _version(before, every):  # Others changed it; it is as it was shown, or typed in.
        return version is not None and version == _version(wanted, every)
    return wanted == {cell: most for cell, most in before.items() if cell in texts}


def save_limits(
    by: Actor, subject: Subject, texts: Mapping[Cell, str], version: int | None = None
) -> None:
    """Keep the limits of a subject as they were typed; empty: the role may agree to nothing.

    Refused with a message for each that is no number. Conflict where somebody else changed them
    since they were of this `version`, with what stands now beside each that differs, and where a
    role or a class of customers is gone.
    """
    require_manage(by)
    changed(by.session)  # Of two who save at once, the second sees what the first one did.
    wanted = _read(texts)
    before = _cells_of(subject, by)
    if not wanted.keys() <= known_cells(subject, by):
        raise Conflict(_MEANWHILE)
    is_stale = version is not None and version != _version(before, classes(subject, by))
    typed = {cell for cell, text in texts.items() if text.strip()}
    if is_stale and (before != wanted or typed != wanted.keys()):
        raise _overtaken(before, wanted)
    if before == wanted:
        return
    by.session.execute(delete(AuthorityLimit).where(AuthorityLimit.subject == subject.key))
    rows = [
        {
            "id": new_id(),
            "role_id": role_id,
            "subject": subject.key,
            "customer_class": customer_class,
            "most": most,
            "updated_at": by.now,
        }
        for (role_id, customer_class), most in wanted.items()
    ]
    if rows:
        by.session.execute(insert(AuthorityLimit), rows)
    _note(by, {"limit": [_told(before), _told(wanted)], "name": [None, str(subject.label)]})


def _read(texts: Mapping[Cell, str]) -> dict[Cell, Decimal | None]:
    """The limits that were typed; Refused with a message for each that is none."""
    errors: dict[str, Text | str] = {}
    found: dict[Cell, Decimal | None] = {}
    for cell, text in texts.items():
        if not text.strip():
            continue
        try:
            found[cell] = read_limit(text)
        except ValueError:
            errors[f"limit.{cell[0]}.{cell[1]}"] = _("Enter a number, “unlimited”, or nothing.")
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return found


def known_cells(subject: Subject, by: Actor) -> set[Cell]:
    """What can have a limit: each role with each class, and what has one of an earlier class."""
    every = {(one.id, key) for one in roles_of(by) for key, _label in classes(subject, by)}
    return every | _cells_of(subject, by).keys()


def _cells_of(subject: Subject, by: Actor) -> dict[Cell, Decimal | None]:
    """The limits of a subject as the database has them."""
    rows = select(AuthorityLimit.role_id, AuthorityLimit.customer_class, AuthorityLimit.most)
    found = by.session.execute(rows.where(AuthorityLimit.subject == subject.key))
    return {(role_id, customer_class): most for role_id, customer_class, most in found}


def _version(cells: Mapping[Cell, Decimal | None], known: list[tuple[str, str]]) -> int:
    told = f"{_told(cells)}|{[key for key, _label in known]}"
    return int.from_bytes(sha256(told.encode()).digest()[:4]) % MOST_VERSIONS


def _overtaken(
    before: Mapping[Cell, Decimal | None], wanted: Mapping[Cell, Decimal | None]
) -> Conflict:
    errors: dict[str, Text | str] = {}
    for cell in before.keys() | wanted.keys():
        if (cell in before, before.get(cell)) == (cell in wanted, wanted.get(cell)):
            continue
        told = _("Nothing stands here now.")
        if cell in before:
            told = _("Here stands %(value)s now.", value=written(before[cell]))
        errors[f"limit.{cell[0]}.{cell[1]}"] = told
    return Conflict(_MEANWHILE, errors=errors)


def written(most: Decimal | None) -> Text | str:
    """A limit as it is typed."""
    return _("unlimited") if most is None else format(most.normalize(), "f")


def read_limit(text: str) -> Decimal | None:
    """A limit as it was typed, None for one without an end; ValueError for anything else."""
    said = text.strip().casefold()
    if said in ENDLESS:
        return None
    try:
        found = Decimal(said.replace(",", "").removesuffix("%").strip())
    except InvalidOperation:
        raise ValueError(text) from None
    if not found.is_finite() or abs(found) > BIGGEST:
        raise ValueError(text)
    return found.quantize(Decimal("0.0001"))


def _told(cells: Mapping[Cell, Decimal | None]) -> str | None:
    """Limits as the audit tells them."""
    lines = []
    for (role_id, customer_class), most in sorted(cells.items(), key=str):
        told = "∞" if most is None else format(most.normalize(), "f")
        lines.append(f"{role_id} {customer_class or '*'}: {told}")
    return "; ".join(lines) or None


def _note(by: Actor, changes: Mapping[str, object]) -> None:
    write_event(by, "authority", by.tenant.id, "updated", changes=changes)
    changed(by.session)
