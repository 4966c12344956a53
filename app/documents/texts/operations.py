"""Templates as a workspace keeps them: making, changing, bringing back what one said, deleting."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app.documents.texts.engine import LONGEST
from app.documents.texts.models import Purpose, TextTemplate, TextVersion
from app.documents.texts.offered import check
from app.documents.texts.wrong import Wrong
from app.events import write_event
from app.identity.operations.guard import require_change
from app.identity.texts import clean_name
from app.kernel import stamps
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Missing, Refused
from app.kernel.ids import new_id
from app.kernel.language import LOCALES, Text, _
from app.records.registry import registry
from app.records.tailored import switched_on, tailored
from app.records.types import RecordType

MANAGE = ("template", "manage")
SUBJECT = "template"  # What the audit calls it.
STAMP = "text_templates"  # Drawn with the first: where there is none, nobody is asked.
MOST = 500  # Of a workspace.
LONGEST_SUBJECT = 500  # Characters.
TOLD = ("name", "purpose", "subject", "body")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form or a program asks of a template."""

    name: str = ""
    record_type: str = ""
    purpose: str = Purpose.MAIL.value
    subject: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Use:
    """Where a template is used: in words of the reader's language, and how often."""

    label: str
    number: int


UsedBy = Callable[[UUID, Actor], Use | None]
_used_by: list[UsedBy] = []


def tell_use(used_by: UsedBy) -> None:
    """Let a layer above say how often it uses a template; start-up calls it."""
    if used_by not in _used_by:
        _used_by.append(used_by)


def used_by(template: TextTemplate, by: Actor) -> list[Use]:
    """Where a template is used; empty where nobody does."""
    found = [one(template.id, by) for one in _used_by]
    return [one for one in found if one is not None and one.number]


def has_templates(by: Actor) -> bool:
    """True where the workspace has ever had a template; no statement is run."""
    return stamps.stamp(by.session, STAMP) is not None


def list_templates(by: Actor) -> list[TextTemplate]:
    """Every template of a type that `by` may read, by name."""
    readable = [one.key for one in switched_on(by) if by.may(one.key, "read")]
    statement = select(TextTemplate).where(TextTemplate.record_type.in_(readable))
    order = (func.lower(TextTemplate.name), TextTemplate.id)
    return list(by.session.scalars(statement.order_by(*order)))


def templates_for(record_type: str, by: Actor, *purposes: Purpose) -> list[TextTemplate]:
    """The templates for records of a type, by name; of these purposes, or of all."""
    if not has_templates(by):
        return []
    statement = select(TextTemplate).where(TextTemplate.record_type == record_type)
    if purposes:
        statement = statement.where(TextTemplate.purpose.in_([one.value for one in purposes]))
    order = (func.lower(TextTemplate.name), TextTemplate.id)
    return list(by.session.scalars(statement.order_by(*order)))


def get_template(by: Actor, template_id: UUID | None) -> TextTemplate:
    """A template of a type that `by` may read, or Missing."""
    found = by.session.get(TextTemplate, template_id) if template_id is not None else None
    declared = registry().get(found.record_type) if found is not None else None
    if found is None or declared is None or not by.tenant.allows(declared.module):
        raise _missing()
    if not by.may(declared.key, "read"):
        raise _missing()
    return found


def save_template(
    by: Actor, template: TextTemplate | None, wish: Wish, version: int | None = None
) -> TextTemplate:
    """Make a template, or change one, whose type stays what it is.

    Refused with a message per field (`body.en` is one); Conflict when somebody else changed it
    since `version`.
    """
    require_change(by, *MANAGE)
    if template is not None and version is not None and version != template.version:
        raise overtaken()
    checked = _checked(by, template, wish)
    if template is None:
        if (by.session.scalar(select(func.count()).select_from(TextTemplate)) or 0) >= MOST:
            raise Refused(_("A workspace has at most %(n)s templates.", n=MOST))
        template = TextTemplate(
            id=new_id(), version=0, record_type=checked.record_type, created_at=by.now
        )
        by.session.add(template)
        _keep(by, template, checked, "created", {})
        return template
    before = _told(template)
    if before != {key: getattr(checked, key) for key in TOLD}:
        _keep(by, template, checked, "updated", before)
    return template


def restore_version(by: Actor, template: TextTemplate, number: int) -> None:
    """Let a template say again what it said in a version; that is a change as any other."""
    kept = get_version(by, template, number)
    wish = Wish(kept.name, template.record_type, kept.purpose, kept.subject, kept.body)
    save_template(by, template, wish)


def delete_template(by: Actor, template: TextTemplate) -> None:
    """Remove a template with what it was; what was made of it stays."""
    require_change(by, *MANAGE)
    changes = {key: [value, None] for key, value in _told(template).items()}
    by.session.delete(template)
    by.session.flush()  # The event must not tell of what the database keeps.
    stamps.draw(by.session, STAMP)
    write_event(by, SUBJECT, template.id, "deleted", changes=changes)


def versions_of(by: Actor, template: TextTemplate) -> list[TextVersion]:
    """What a template said, the newest first."""
    statement = select(TextVersion).where(TextVersion.template_id == template.id)
    return list(by.session.scalars(statement.order_by(TextVersion.number.desc())))


def get_version(by: Actor, template: TextTemplate, number: int) -> TextVersion:
    """One version of a template, or Missing."""
    statement = select(TextVersion).where(
        TextVersion.template_id == template.id, TextVersion.number == number
    )
    found = by.session.scalars(statement).one_or_none()
    if found is None:
        raise _missing()
    return found


def _checked(by: Actor, template: TextTemplate | None, wish: Wish) -> Wish:
    """The wish as it is kept; Refused with a message for each field that won't do."""
    errors: dict[str, Text | str] = {}
    name = ""
    try:
        name = clean_name(wish.name)
    except Refused as refused:
        errors |= refused.errors
    kind = template.record_type if template is not None else wish.record_type
    record_type = _type_called(kind, by)
    if record_type is None:
        errors["record_type"] = _("Choose what it is for.")
    if wish.purpose not in {one.value for one in Purpose}:
        errors["purpose"] = _("This is not one of the values to choose from.")
    is_mail = wish.purpose == Purpose.MAIL
    subject = _texts(wish.subject) if is_mail else {}
    body = _texts(wish.body)
    if not body:
        errors["body"] = _("Write the text in one language at least.")
    if record_type is not None:
        errors |= _against(record_type, subject, body, by)
    if is_mail:
        errors |= {
            f"subject.{one}": _("A mail needs a subject.") for one in body if one not in subject
        }
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return Wish(name, kind, wish.purpose, subject, body)


def _against(
    record_type: RecordType, subject: Mapping[str, str], body: Mapping[str, str], by: Actor
) -> dict[str, Text | str]:
    """What is wrong with the texts, by field."""
    errors: dict[str, Text | str] = {}
    for part, texts in (("subject", subject), ("body", body)):
        for language, text in texts.items():
            longest = LONGEST_SUBJECT if part == "subject" else LONGEST
            if len(text) > longest:
                told: Text = _("This is longer than %(limit)s characters.", limit=longest)
                errors[f"{part}.{language}"] = told
                continue
            try:
                check(text, record_type, by)
            except Wrong as wrong:
                errors[f"{part}.{language}"] = wrong.told()
    return errors


def _type_called(key: str, by: Actor) -> RecordType | None:
    if key not in {one.key for one in switched_on(by)} or not by.may(key, "read"):
        return None
    return tailored(key, by)


def _texts(given: Mapping[str, str]) -> dict[str, str]:
    """The texts that are any, by language; lines end as everywhere."""
    cleaned = {one: _storable(str(given.get(one) or "")) for one in LOCALES}
    return {one: text.strip("\n") for one, text in cleaned.items() if text.strip()}


def _storable(text: str) -> str:
    """The text without what no person types: control characters, halves of letters."""
    text = text.replace("\r\n", "\n")
    kept = (one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))
    return "".join(kept)


def _keep(by: Actor, template: TextTemplate, wish: Wish, verb: str, before: dict[str, Any]) -> None:
    template.name, template.purpose = wish.name, wish.purpose
    template.subject, template.body = dict(wish.subject), dict(wish.body)
    template.version += 1
    template.updated_at, template.updated_by_id = by.now, by.user_id
    try:
        by.session.flush()  # Of two who save at once, the second is told here.
    except StaleDataError:
        raise overtaken() from None
    by.session.add(
        TextVersion(
            id=new_id(),
            template_id=template.id,
            number=template.version,
            name=template.name,
            purpose=template.purpose,
            subject=template.subject,
            body=template.body,
            at=by.now,
            by_id=by.user_id,
        )
    )
    stamps.draw(by.session, STAMP)
    after = _told(template)
    pairs: dict[str, Sequence[Any]] = {
        key: [before.get(key), after[key]] for key in TOLD if before.get(key) != after[key]
    }
    write_event(by, SUBJECT, template.id, verb, changes=pairs)


def _told(template: TextTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "purpose": template.purpose,
        "subject": dict(template.subject),
        "body": dict(template.body),
    }


def overtaken() -> Conflict:
    """The answer to whoever saves what somebody else changed meanwhile."""
    return Conflict(_("Somebody changed this template while you were editing it."))


def _missing() -> Missing:
    return Missing(_("There is no such template."))
