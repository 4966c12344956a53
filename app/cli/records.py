"""`zuke records`: the record types, and all that derives from the declaration of one."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from app.cli.errors import CommandError
from app.cli.table import pad, table

if TYPE_CHECKING:
    from app.records.fields import Field
    from app.records.types import RecordType

NAME = "records"
HELP = "List the record types, or show all that derives from the declaration of one."


def configure(parser: ArgumentParser) -> None:
    """Declare the two verbs; a type may be named in the singular or the plural."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="every record type in a line")
    listing.set_defaults(work=_list)
    showing = verbs.add_parser("show", help="all that derives from one declaration")
    showing.add_argument("type", metavar="TYPE", help="such as contact or contacts")
    showing.add_argument("--tenant", metavar="SLUG", help="with the fields that it added")
    showing.set_defaults(work=_show)
    for verb in (listing, showing):
        verb.add_argument("--json", action="store_true", help="answer in JSON")


def run(args: Namespace) -> int:
    """Print what was asked for; nothing is connected to, unless a workspace is named."""
    code: int = args.work(args)
    return code


def _list(args: Namespace) -> int:
    from app.modules import install_record_types

    lines = [
        {
            "type": one.key,
            "collection": one.collection,
            "module": one.module,
            "label": str(one.words.many),
            "fields": len(one.fields),
            "verbs": list(one.verbs),
        }
        for one in install_record_types()
    ]
    if args.json:
        print(json.dumps(lines, ensure_ascii=False))
        return 0
    shown = ("type", "collection", "module")
    verbs = [" ".join(map(str, line["verbs"])) for line in lines]  # type: ignore[call-overload]
    rows = [[*(line[key] for key in shown), said] for line, said in zip(lines, verbs, strict=True)]
    print(*table(rows), sep="\n")
    return 0


def _show(args: Namespace) -> int:
    from app.modules import install_record_types

    registry = install_record_types()
    record_type = registry.named(args.type)
    if record_type is None:
        known = ", ".join(one.key for one in registry)
        raise CommandError(f"There is no record type {args.type!r}. There are: {known}.")
    if args.tenant:
        record_type = _tailored(record_type, args.tenant)
    facts = derived(record_type)
    if args.json:
        print(json.dumps(facts, ensure_ascii=False))
        return 0
    for heading, value in facts.items():
        _print(heading, value)
    return 0


def _tailored(record_type: RecordType, slug: str) -> RecordType:
    """The type as a workspace has it; typed without DATABASE_URL, one of the demo."""
    from app.cli.demo_state import demo_database
    from app.cli.workspaces import workspace
    from app.records.tailored import tailored

    with demo_database(), workspace(slug) as by:
        return tailored(record_type.key, by)


def derived(record_type: RecordType) -> dict[str, Any]:
    """What follows from a declaration, by heading, in the order in which it is read."""
    routes = _routes(record_type)
    return {
        "type": record_type.key,
        "label": f"{record_type.words.one} / {record_type.words.many}",
        "module": record_type.module,
        "table": record_type.model.__tablename__,
        "title": record_type.title.key,
        "fields": [_field(field) for field in record_type.fields],
        "columns": [one.key for one in record_type.columns],
        "form": [one.key for one in record_type.form],
        "more": [one.key for one in record_type.more],
        "order": record_type.default_sort,
        "children": [f"{child.type}.{child.reference}" for child in record_type.children],
        "readable through": [one.key for one in record_type.through],
        "panels": [panel.template for panel in record_type.panels],
        "permissions": [f"{record_type.key}:{verb}" for verb in record_type.rights],
        "events": [f"{record_type.key}.{event}" for event in _events(record_type)],
        "pages": [line for line in routes if " /api/" not in line],
        "api": [line for line in routes if " /api/" in line],
    }


def _field(field: Field) -> dict[str, Any]:
    """One field as a line says it."""

    from app.records.filters import operators_of

    words = {
        "required": field.required,
        "kept by the product": field.readonly,
        "personal": field.personal,
        "sortable": field.is_sortable,
        "picklist": field.picklist,
        "the workspace's own": field.key.startswith("x_"),
    }
    return {
        "key": field.key,
        "kind": field.kind,
        "label": str(field.label),
        "to": field.to,
        "options": [option.value for option in field.options],
        "is": [word for word, holds in words.items() if holds],
        "filters": list(operators_of(field)),
    }


def _events(record_type: RecordType) -> list[str]:
    """The events that its verbs write."""
    own = [action.event for action in record_type.actions]
    return ["created", "updated", "deleted", "restored", *own]


def _routes(record_type: RecordType) -> list[str]:
    """The application's addresses for this type, the actions by their names."""
    from app.cli.routes import route_lines, routing_app

    found: dict[str, None] = {}
    for line in route_lines(routing_app()):
        path, subs = re.subn(r"<(?:\w+:)?collection>", record_type.collection, str(line["path"]))
        if not subs:
            continue
        path = re.sub(r"<(?:\w+:)?record_id>", "<id>", path)
        path = re.sub(r"<\w+:(\w+)>", r"<\1>", path)
        named = re.sub(r"<(action|name)>$", "{}", path)
        verbs = [action.name for action in record_type.actions]
        if path.startswith("/api/"):
            verbs.append("restore")  # The pages have an address of its own for it.
        for address in [named.format(verb) for verb in verbs] if named != path else [path]:
            found[f"{line['methods']} {address}"] = None
    return list(found)


def _print(heading: str, value: Any) -> None:
    """One heading with its value, or with a line for each of several."""
    if not isinstance(value, list):
        print(f"{heading:18}{value}")
        return
    print(f"{heading}{'' if value else ': none'}")
    for one in value:
        print(f"  {_line(one) if isinstance(one, dict) else one}")


def _line(field: dict[str, Any]) -> str:
    """A field as one line of text."""
    details = [*field["is"]]
    if field["to"]:
        details.append(f"points to {field['to']}")
    if field["options"]:
        details.append(f"one of {', '.join(field['options'])}")
    details.append(f"filters {' '.join(field['filters'])}")
    label = pad(field["label"], 18)
    return f"{field['key']:18}{field['kind']:11}{label}{', '.join(details)}".rstrip()
