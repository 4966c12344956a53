"""The schemas of a record type: a record as the caller sees it, and what a change may send."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.access import readable_fields, writable_keys
from app.records.api.mentions import KEY
from app.records.fields import Field, Option
from app.records.openapi.parts import ID, TEXT
from app.records.openapi.values import Schema, taken, told
from app.records.pages.choices import choices_of
from app.records.types import RecordType


def name_of(record_type: RecordType) -> str:
    """The name of a type's schemas: `ProductCategory`."""
    return "".join(part.capitalize() for part in record_type.key.split("_"))


def schemas(record_type: RecordType, by: Actor) -> dict[str, Schema]:
    """The schemas of a type for one caller, by name: what is told, created and changed."""
    name, currency = name_of(record_type), by.tenant.currency
    options = choices_of(record_type, by)
    beside = _mentions(record_type, by)
    readable, may_write = readable_fields(record_type, by), writable_keys(record_type, by)
    writable = [one for one in readable if one.key in may_write]
    shown = {one.key: _described(one, told(one, _of(options, one), currency)) for one in readable}
    sent = {one.key: _described(one, taken(one, _of(options, one), currency)) for one in writable}
    made: Schema = {"type": "object", "properties": sent, "additionalProperties": False}
    required = [one.key for one in writable if _is_demanded(one)]
    given = {key: _filled(schema) if key in required else schema for key, schema in sent.items()}
    created = {**made, "properties": {**given, **{key: {} for key in record_type.inputs}}}
    return {
        name: {
            "type": "object",
            "properties": {"id": ID, **shown, **beside},
            "required": ["id"],
            "additionalProperties": False,
        },
        f"{name}Create": created if not required else {**created, "required": required},
        f"{name}Change": made,
    }


def _mentions(record_type: RecordType, by: Actor) -> dict[str, Schema]:
    """Whom the texts mention, beside them; absent where nobody is mentioned."""
    if not any(one.mentions for one in readable_fields(record_type, by)):
        return {}
    said = _(
        "Whom the texts mention: the name as it stands behind the @, and the colleague's id."
        " To name somebody exactly, send @[any words](id)."
    )
    one = {
        "type": "object",
        "properties": {"id": ID, "name": TEXT, "may_read": {"type": "boolean", "const": False}},
        "required": ["id", "name"],
        "additionalProperties": False,
    }
    title = {"title": str(_("Mentioned")), "description": str(said), "readOnly": True}
    return {KEY: {"type": "array", "items": one, **title}}


def _filled(schema: Schema) -> Schema:
    """A schema of a value that may not be empty."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [one for one in schema["anyOf"] if one != {"type": "null"}]}
    return {**schema, "type": next(one for one in schema["type"] if one != "null")}


def _is_demanded(field: Field) -> bool:
    """True where a new record must always be sent it: no default fills it in, no condition asks."""
    conditions = getattr(field, "conditions", None)
    return field.required and field.default is None and field.initial is None and not conditions


def _of(options: dict[str, tuple[Option, ...]], field: Field) -> tuple[Option, ...]:
    return options.get(field.key) or field.options


def _described(field: Field, schema: Schema) -> Schema:
    """A schema with the field's name for people and its help."""
    words: Schema = {"title": str(field.label)}
    if field.help is not None:
        words["description"] = str(field.help)
    if field.readonly:
        words["readOnly"] = True
    return {**schema, **words}
