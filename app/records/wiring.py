"""The record framework handed over to the application: routes, permissions, navigation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from flask import Flask
from werkzeug.routing import BaseConverter

from app.identity import news, permissions, queueing, renamed, settings_pages
from app.identity.permissions import Choice, PermissionGroup
from app.identity.settings_pages import DATA, PEOPLE, WORKSPACE, YOURSELF, SettingsPage
from app.kernel.actor import Actor
from app.kernel.language import _
from app.records.custom.field import OwnField
from app.records.imports.ahead import work_waits_for
from app.records.lenses.lens import CALENDAR
from app.records.manifest import Module
from app.records.mentions.rename import follow_names
from app.records.pages import beside, changes, everywhere, milestones, notes, timeline
from app.records.pages.duplicate_groups import looked_at
from app.records.pages.exports import has_exports
from app.records.pages.favourites import favourite_links
from app.records.pages.imports.offered import has_imports
from app.records.pages.news import tell_news
from app.records.pages.palette import duplicate_pages, import_pages, merge_pages
from app.records.pages.state import MINE
from app.records.recycle import has_bin
from app.records.registry import Registry
from app.records.registry import registry as record_types
from app.records.routes import BLUEPRINTS
from app.records.switching import operations as switching
from app.records.tailored import tailored
from app.records.types import RecordType
from app.records.verb_words import VERBS
from app.records.views.shelf import shelf
from app.records.views.tabs import opened_at
from app.web.shell import Group, Link, Shell

DATA_MODEL = PermissionGroup(
    "field", _("Fields and layouts"), (Choice("manage", _("Manage")),), has_reach=False
)
TRASH = PermissionGroup(
    "trash", _("Recycle bin"), (Choice("erase", _("Erase for good")),), has_reach=False
)
VIEWS = PermissionGroup(
    "view", _("Saved views"), (Choice("share", _("Share with everyone")),), has_reach=False
)
SHARING = PermissionGroup(
    "sharing", _("Sharing rules"), (Choice("manage", _("Manage")),), has_reach=False
)
SHARED = SettingsPage(
    "/settings/sharing",
    "share",
    PEOPLE,
    _("Sharing rules"),
    _("Which records a team or a role sees beyond its own."),
    ("sharing", "manage"),
    synonyms=_("share visibility"),
)
REPORT = SettingsPage(
    "/settings/access",
    "eye",
    PEOPLE,
    _("Access report"),
    _("Who may sign in, how far they see each kind of record, and who sees personal data."),
    ("role", "manage"),
    synonyms=_("permissions rights review"),
)
TAGS = PermissionGroup(
    "tag",
    _("Tags"),
    (Choice("create", _("Make new ones")), Choice("manage", _("Manage"))),
    has_reach=False,
)
RETENTION = PermissionGroup(
    "retention", _("Retention"), (Choice("manage", _("Manage")),), has_reach=False
)
KEEPING = SettingsPage(
    "/settings/retention",
    "clock",
    DATA,
    _("Retention"),
    _("How long deleted records and the history are kept."),
    ("retention", "manage"),
    synonyms=_("keep purge privacy old data"),
)
BIN = SettingsPage(
    "/settings/trash",
    "trash",
    DATA,
    _("Recycle bin"),
    _("What was deleted, by whom and when, to bring it back or to erase it for good."),
    synonyms=_("trash bin deleted undelete restore"),
    is_offered=has_bin,
)

EXPORTS = PermissionGroup(
    "export",
    _("Exports"),
    (Choice("manage", _("See and download everyone's")),),
    has_reach=False,
)
IMPORTS = PermissionGroup(
    "import",
    _("Imports"),
    (Choice("manage", _("See and undo everyone's, keep dates of creation")),),
    has_reach=False,
)
FEED = SettingsPage(
    "/settings/me/calendar",
    "calendar",
    YOURSELF,
    _("Calendar subscription"),
    _("Your tasks and appointments with a date, in the calendar of your phone or mail program."),
)
FILES = SettingsPage(
    "/settings/exports",
    "download",
    DATA,
    _("Exports"),
    _("Files that were made of lists, for seven days; and everything of one kind as a file."),
    synonyms=_("download save file Excel CSV backup"),
    is_offered=has_exports,
)

TAKEN_IN = SettingsPage(
    "/settings/imports",
    "upload",
    DATA,
    _("Imports"),
    _("Bring records along as CSV or Excel files, see what became of them, undo it."),
    synonyms=_("import upload migrate move csv excel file paste"),
    is_offered=has_imports,
)
STORAGE = SettingsPage(
    "/settings/storage",
    "database",
    DATA,
    _("Storage"),
    _("What the files on records take of the room that your plan gives."),
    ("retention", "manage"),
    synonyms=_("files attachments uploads quota space disk"),
)

POOL = PermissionGroup("pool", _("Pool"), (Choice("manage", _("Manage")),), has_reach=False)
POOLS = SettingsPage(
    "/settings/pool",
    "inbox",
    DATA,
    _("Pool"),
    _("Records without an owner: what is shown of them, who may own and open how many."),
    ("pool", "manage"),
    synonyms=_("public pool claim unassigned high seas owner"),
)

MODULES = PermissionGroup("module", _("Modules"), (Choice("manage", _("Manage")),), has_reach=False)
SWITCHES = SettingsPage(
    "/settings/modules",
    "plug",
    WORKSPACE,
    _("Modules"),
    _("What this workspace works with: sales and whatever else your plan has."),
    ("module", "manage"),
    synonyms=_("apps features switch on off sales service marketing"),
)
NUMBERING = PermissionGroup(
    "numbering", _("Numbers"), (Choice("manage", _("Manage")),), has_reach=False
)
NUMBERS = SettingsPage(
    "/settings/numbers",
    "hash",
    DATA,
    _("Numbers"),
    _("By which pattern records are numbered, and when numbers begin anew."),
    ("numbering", "manage"),
    synonyms=_("sequence running number numbering pattern code"),
)
ASSIGNMENT = PermissionGroup(
    "assignment", _("Assignment rules"), (Choice("manage", _("Manage")),), has_reach=False
)
ASSIGNING = SettingsPage(
    "/settings/assignment",
    "users",
    DATA,
    _("Assignment rules"),
    _("Who gets a record that nobody owns: in turn or by load, by what it is, while they work."),
    ("assignment", "manage"),
    synonyms=_("round robin distribute territory routing load capacity lead assignment"),
)
BUSINESS_HOURS = PermissionGroup(
    "business_hours", _("Business hours"), (Choice("manage", _("Manage")),), has_reach=False
)
HOURS = SettingsPage(
    "/settings/business-hours",
    "clock",
    WORKSPACE,
    _("Business hours"),
    _("When your firm works: hours of the week, holidays, days of its own, the fiscal year."),
    ("business_hours", "manage"),
    synonyms=_("opening hours working time holidays calendar fiscal year quarter"),
)
CURRENCIES = PermissionGroup(
    "currency", _("Currencies"), (Choice("manage", _("Manage")),), has_reach=False
)
MONEY = SettingsPage(
    "/settings/currencies",
    "coin",
    WORKSPACE,
    _("Currencies"),
    _("What other currencies are worth, from which day on, and where rates are fetched."),
    ("currency", "manage"),
    synonyms=_("exchange rates money foreign conversion"),
)

TWINS = SettingsPage(
    "/settings/duplicates",
    "copy-check",
    DATA,
    _("Duplicates"),
    _("Records that may be the same: merge them, or say that they are not."),
    synonyms=_("duplicates dedupe clean double twice same"),
    is_offered=lambda by: bool(looked_at(by)),
)

MODEL = _("Data model")
SETTINGS = (
    SettingsPage(
        "/settings/fields",
        "forms",
        MODEL,
        _("Fields"),
        _("What is kept of each kind of record: fields of your own, when they are asked for."),
        ("field", "manage"),
        synonyms=_("custom fields attributes properties"),
    ),
    SettingsPage(
        "/settings/tags",
        "tag",
        MODEL,
        _("Tags"),
        _("Short words on records: what they are called, and their colours."),
        ("tag", "manage"),
        synonyms=_("labels"),
    ),
    SettingsPage(
        "/settings/layouts",
        "layout-list",
        MODEL,
        _("Layouts"),
        _("Which fields forms and pages show, in which order and sections, for each role."),
        ("field", "manage"),
        synonyms=_("forms arrange order sections"),
    ),
    SettingsPage(
        "/settings/picklists",
        "list-details",
        MODEL,
        _("Picklists"),
        _("What people choose from in built-in fields, with colours and in your order."),
        ("field", "manage"),
        synonyms=_("dropdown options values"),
    ),
)


def wire(app: Flask, registry: Registry, modules: Sequence[Module]) -> None:
    """Register the pages and the API of records, what can be granted, and the way to them."""
    app.url_map.converters["collection"] = _words(one.collection for one in registry)
    app.url_map.converters["action"] = _words(
        action.name for one in registry for action in one.actions
    )
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for record_type in registry:
        permissions.register(_permissions(record_type))
    permissions.offer_fields(_own_fields)
    permissions.register(DATA_MODEL)
    for one in SETTINGS:
        settings_pages.add(one)
    permissions.register(TRASH)
    permissions.register(TAGS)
    permissions.register(VIEWS)
    permissions.register(RETENTION)
    permissions.register(SHARING)
    for one_page in (SHARED, REPORT, BIN, KEEPING, STORAGE, SWITCHES):
        settings_pages.add(one_page)
    permissions.register(EXPORTS)
    permissions.register(IMPORTS)
    permissions.register(POOL)
    settings_pages.add(POOLS)
    permissions.register(CURRENCIES)
    settings_pages.add(MONEY)
    permissions.register(BUSINESS_HOURS)
    settings_pages.add(HOURS)
    permissions.register(MODULES)
    switching.install(modules)
    permissions.register(NUMBERING)
    settings_pages.add(NUMBERS)
    permissions.register(ASSIGNMENT)
    settings_pages.add(ASSIGNING)
    settings_pages.add(FILES)
    settings_pages.add(TAKEN_IN)
    settings_pages.add(TWINS)
    settings_pages.add(FEED)
    for module in modules:
        for group in module.permissions:
            permissions.register(group)
        for one_page in module.settings:
            settings_pages.add(one_page)
    of_modules = (one for module in modules for one in module.timeline)
    timeline.install((*of_modules, milestones.SOURCE, changes.SOURCE))
    everywhere.install(one for module in modules for one in module.finders)
    changes.install(one for module in modules for one in module.tells)
    notes.install(one for module in modules for one in module.notes)
    beside.install((module.key, one) for module in modules for one in module.beside)
    news.install(tell_news)
    queueing.install(work_waits_for)
    renamed.install(follow_names)
    shell: Shell = app.extensions["shell"]
    shell.rail.append(lambda by: _rail(by, modules))
    shell.favourites.append(_pinned)
    shell.favourites.append(favourite_links)
    shell.pages.append(_documentation)
    shell.create.append(lambda by: _create(by, registry))
    shell.pages += [make(registry) for make in (merge_pages, import_pages, duplicate_pages)]


def _words(words: Iterable[str]) -> type[BaseConverter]:
    """A part of an address that is one of `words`, so that any other is plainly unknown."""
    pattern = "|".join(sorted(set(words)))
    return type("WordConverter", (BaseConverter,), {"regex": f"(?:{pattern})"})


def _permissions(record_type: RecordType) -> PermissionGroup:
    """What can be granted on a type: its verbs with their reach, its fields."""
    labels = dict(VERBS) | {one.name: one.label for one in record_type.actions}
    return PermissionGroup(
        record_type.key,
        record_type.words.many,
        tuple(Choice(verb, labels[verb]) for verb in record_type.rights),
        tuple(Choice(field.key, field.label, field.readonly) for field in record_type.fields),
        module=record_type.module,
    )


def _own_fields(by: Actor, record_type: str) -> tuple[Choice, ...]:
    """The fields that a workspace added to a type, for roles to narrow."""
    if record_types().get(record_type) is None:
        return ()
    fields = tailored(record_type, by).fields
    return tuple(Choice(one.key, one.label) for one in fields if isinstance(one, OwnField))


def _rail(by: Actor, modules: Sequence[Module]) -> Iterable[Group]:
    """Home and the built-in views first, then one group per module that is on."""
    on = [module for module in modules if by.tenant.allows(module.key)]
    readable = {
        module.key: [one for one in module.record_types if by.may(one.key, "read")] for module in on
    }
    first = [Link("/", "layout-dashboard", _("Home"))]
    first += [
        Link(f"/{one.collection}?{view.query}", view.icon, view.label)
        for types in readable.values()
        for one in types
        for view in one.views
        if view.icon and by.may(one.key, view.needs)
    ]
    first += [
        Link(f"/{one.collection}/{CALENDAR}?{urlencode(MINE)}", "calendar", _("Calendar"))
        for types in readable.values()
        for one in types
        if one.calendar.in_rail
    ]
    yield Group(None, first)
    for module in on:
        links = [
            Link(f"/{one.collection}", one.icon, one.words.many)
            for one in readable[module.key]
            if one.in_navigation
        ]
        yield Group(module.label, [*links, *module.links(by)])


def _pinned(by: Actor) -> Iterable[Link]:
    """The saved views that the reader pinned, of types that they may read."""
    mine = shelf(by)
    by_id = {view.id: view for view in mine.views}
    for view_id in mine.pinned:
        view = by_id.get(view_id)
        one = record_types().get(view.record_type) if view else None
        if view and one and by.may(one.key, "read") and by.tenant.allows(one.module):
            yield Link(opened_at(f"/{one.collection}", view), one.icon, view.name)


def _documentation(_by: Actor) -> Iterable[Link]:
    return [
        Link(
            "/api/docs",
            "book",
            _("API documentation"),
            _("What programs can call here, with the fields of this workspace."),
            _("developers REST OpenAPI integration reference"),
        )
    ]


def _create(by: Actor, registry: Registry) -> Iterable[Link]:
    if by.tenant.is_read_only:
        return []
    return [
        Link(f"/{one.collection}/new", one.icon, one.words.new)
        for one in registry.switched_on(by.tenant)
        if by.may(one.key, "create")
    ]
