"""Reading a starter's file: every mistake is named with the place where it stands."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from zoneinfo import available_timezones

from tenants.starters.format import (
    COLOURS,
    FORECASTS,
    HOME_KINDS,
    HOME_ROLES,
    HOME_WIDTHS,
    LANGUAGES,
    MOST_DAYS,
    REACHES,
    ROLES,
    STEP_KINDS,
    STEP_PEOPLE,
    STEP_UNITS,
    Choice,
    HomeWidget,
    Picklist,
    Pipeline,
    Plan,
    PlanStep,
    ProductCategory,
    RoleChange,
    Stage,
    Starter,
    StarterError,
)
from tenants.starters.parts import own_fields, price_books, templates
from tenants.starters.table import Table

_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_OF = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_QUERY = re.compile(r"[^\s?]{1,400}")
_PERMISSION = re.compile(r"[a-z_]+:[a-z_]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def read_starter(key: str, source: str) -> Starter:
    """Return the starter that `source` describes; a StarterError says what is wrong and where."""
    try:
        parsed = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise StarterError(f"{key}.toml: {error}") from error
    document = Table(parsed, f"{key}.toml")
    about = Table(document.take("starter"), document.at("starter"))
    name, summary = about.localized("name"), about.localized("summary")
    language, zone = about.one_of("language", LANGUAGES), about.take("zone")
    currency, country = about.text("currency", _CURRENCY), about.text("country", _COUNTRY)
    about.close()
    if not isinstance(zone, str) or zone not in available_timezones():
        raise StarterError(f"{about.at('zone')} is no time zone: {zone!r}.")
    roles = tuple(_roles(document.table("roles")))
    plans = tuple(_plans(document)) if document.has("plans") else ()
    categories = tuple(_categories(document)) if document.has("product_categories") else ()
    home = tuple(_home(document)) if document.has("home") else ()
    pipelines = tuple(_pipelines(document)) if document.has("pipelines") else ()
    fields, books = tuple(own_fields(document)), tuple(price_books(document))
    texts = tuple(templates(document))
    picklists: list[Picklist] = []
    for module, content in document.rest():
        section = Table(content, document.at(module))
        picklists += _picklists(module, section)
    return Starter(
        key=key,
        name=name,
        summary=summary,
        language=language,
        currency=currency,
        zone=zone,
        country=country,
        picklists=tuple(picklists),
        product_categories=categories,
        roles=roles,
        plans=plans,
        home=home,
        pipelines=pipelines,
        fields=fields,
        price_books=books,
        templates=texts,
    )


def _home(document: Table) -> Iterator[HomeWidget]:
    """Read the widgets of the Homes of roles, in their order."""
    for number, content in enumerate(document.rows("home"), start=1):
        table = Table(content, f"{document.at('home')}[{number}]")
        roles = tuple(map(str, table.rows("roles"))) if table.has("roles") else ()
        unknown = [one for one in roles if one not in HOME_ROLES]
        if unknown:
            allowed = ", ".join(HOME_ROLES)
            raise StarterError(f"{table.at('roles')} names {unknown[0]!r}; there are {allowed}.")
        widget = HomeWidget(
            kind=table.one_of("kind", HOME_KINDS),
            of=table.text("of", _OF),
            width=table.one_of("width", HOME_WIDTHS),
            query=table.text("query", _QUERY) if table.has("query") else "",
            roles=roles,
        )
        table.close()
        yield widget


def _plans(document: Table) -> Iterator[Plan]:
    """Read the activity plans, each with its steps in their order."""
    for number, content in enumerate(document.rows("plans"), start=1):
        table = Table(content, f"{document.at('plans')}[{number}]")
        name, record_types = table.localized("name"), table.rows("record_types")
        steps = tuple(_steps(table.rows("steps"), table.at("steps")))
        table.close()
        yield Plan(name, tuple(str(one) for one in record_types), steps)


def _pipelines(document: Table) -> Iterator[Pipeline]:
    """Read the pipelines, each with its stages in their order."""
    for number, content in enumerate(document.rows("pipelines"), start=1):
        table = Table(content, f"{document.at('pipelines')}[{number}]")
        name = table.localized("name")
        stages = tuple(_stages(table.rows("stages"), table.at("stages")))
        table.close()
        yield Pipeline(name, stages)


def _stages(contents: Sequence[object], place: str) -> Iterator[Stage]:
    """Read the stages of a pipeline."""
    for number, content in enumerate(contents, start=1):
        table = Table(content, f"{place}[{number}]")
        stage = Stage(
            name=table.localized("name"),
            probability=table.whole("probability", 100),
            forecast_category=table.one_of("forecast_category", FORECASTS),
            colour=table.one_of("colour", COLOURS),
            stale_after=table.whole("stale_after", MOST_DAYS) if table.has("stale_after") else 0,
            required=tuple(map(str, table.rows("required"))) if table.has("required") else (),
        )
        table.close()
        yield stage


def _steps(contents: Sequence[object], place: str) -> Iterator[PlanStep]:
    """Read the steps of a plan."""
    for number, content in enumerate(contents, start=1):
        table = Table(content, f"{place}[{number}]")
        step = PlanStep(
            kind=table.one_of("kind", STEP_KINDS),
            subject=table.localized("subject"),
            days=table.whole("days", MOST_DAYS),
            unit=table.one_of("unit", STEP_UNITS),
            who=table.one_of("who", STEP_PEOPLE),
        )
        table.close()
        yield step


def _picklists(module: str, section: Table) -> Iterator[Picklist]:
    """Read the picklists of a module: record type, field, then the values in their order."""
    for record_type, fields in section.rest():
        table = Table(fields, section.at(record_type))
        for field, values in table.rest():
            if not isinstance(values, list) or not values:
                raise StarterError(f"{table.at(field)} must list its values.")
            choices = tuple(_choices(values, table.at(field)))
            yield Picklist(module, record_type, field, choices)


def _choices(values: list[object], place: str) -> Iterator[Choice]:
    """Read the values of one picklist; no key may stand twice."""
    seen: set[str] = set()
    for number, content in enumerate(values, start=1):
        table = Table(content, f"{place}[{number}]")
        choice = Choice(
            key=table.text("key", _KEY),
            label=table.localized("label"),
            colour=table.one_of("colour", COLOURS),
        )
        table.close()
        if choice.key in seen:
            raise StarterError(f"{table.at('key')} stands twice: {choice.key!r}.")
        seen.add(choice.key)
        yield choice


def _categories(document: Table) -> Iterator[ProductCategory]:
    """Read the product categories in their order; each may stand below an earlier one."""
    place, content = document.at("product_categories"), document.take("product_categories")
    if not isinstance(content, list):
        raise StarterError(f"{place} must list its categories.")
    seen: set[str] = set()
    for number, one in enumerate(content, start=1):
        table = Table(one, f"{place}[{number}]")
        category = ProductCategory(
            key=table.text("key", _KEY),
            name=table.localized("name"),
            below=table.text("below", _KEY) if table.has("below") else "",
        )
        table.close()
        if category.key in seen:
            raise StarterError(f"{table.at('key')} stands twice: {category.key!r}.")
        if category.below and category.below not in seen:
            raise StarterError(f"{table.at('below')} names no earlier one: {category.below!r}.")
        seen.add(category.key)
        yield category


def _roles(section: Table) -> Iterator[RoleChange]:
    """Read what differs from the built-in roles."""
    for role, content in section.rest():
        if role not in ROLES:
            raise StarterError(f"{section.at(role)} is no role; there are {', '.join(ROLES)}.")
        table = Table(content, section.at(role))
        label = table.localized("label") if table.has("label") else None
        rights = table.table("grants")
        grants: Mapping[str, str] = MappingProxyType(dict(_grants(rights)))
        table.close()
        yield RoleChange(role, label, grants)


def _grants(rights: Table) -> Iterator[tuple[str, str]]:
    """Read rights: a permission such as "account:read" and how far it reaches."""
    for permission, reach in rights.rest():
        if not _PERMISSION.fullmatch(permission):
            raise StarterError(f"{rights.at(permission)} is no permission.")
        if not isinstance(reach, str) or reach not in REACHES:
            raise StarterError(f"{rights.at(permission)} reaches {', '.join(REACHES)}.")
        yield permission, reach
