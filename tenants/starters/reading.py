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
    Localized,
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

_KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_OF = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_QUERY = re.compile(r"[^\s?]{1,400}")
_PERMISSION = re.compile(r"[a-z_]+:[a-z_]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Z]{2}")


class _Table:
    """A table of the file that knows where it stands, and refuses what nobody asked for."""

    def __init__(self, content: object, place: str) -> None:
        """Wrap `content`, which must be a table, standing at `place`."""
        if not isinstance(content, dict):
            raise StarterError(f"{place} must be a table.")
        self._content: dict[str, object] = dict(content)
        self._place = place

    def at(self, key: str) -> str:
        """Return the place of a key, as an error names it."""
        joint = "." if ": " in self._place else ": "
        return f"{self._place}{joint}{key}"

    def take(self, key: str) -> object:
        """Take a value out, or say that it is missing."""
        if key not in self._content:
            raise StarterError(f"{self.at(key)} is missing.")
        return self._content.pop(key)

    def text(self, key: str, pattern: re.Pattern[str]) -> str:
        """Take a text that must look like `pattern`."""
        value = self.take(key)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise StarterError(f"{self.at(key)} cannot be {value!r}.")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        """Take a text that must be one of `allowed`."""
        value = self.take(key)
        if not isinstance(value, str) or value not in allowed:
            raise StarterError(f"{self.at(key)} is {value!r}; it may be {', '.join(allowed)}.")
        return value

    def whole(self, key: str, most: int) -> int:
        """Take a whole number from 0 to `most`."""
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise StarterError(f"{self.at(key)} must be a number from 0 to {most}.")
        return value

    def rows(self, key: str) -> Sequence[object]:
        """Take a list of one value or more."""
        value = self.take(key)
        if not isinstance(value, list) or not value:
            raise StarterError(f"{self.at(key)} must be a list.")
        return value

    def localized(self, key: str) -> Localized:
        """Take a text in several languages; each of LANGUAGES must be there and say something."""
        table = _Table(self.take(key), self.at(key))
        texts: dict[str, str] = {}
        for language, value in table.rest():
            if not isinstance(value, str) or not value.strip():
                raise StarterError(f"{table.at(language)} must be a text.")
            texts[language] = value
        for language in LANGUAGES:
            if language not in texts:
                raise StarterError(f"{table.at(language)} is missing.")
        return MappingProxyType(texts)

    def table(self, key: str) -> "_Table":
        """Take a table, an empty one where it is absent."""
        return _Table(self._content.pop(key, {}), self.at(key))

    def has(self, key: str) -> bool:
        """Tell whether a key is still to be taken."""
        return key in self._content

    def rest(self) -> Iterator[tuple[str, object]]:
        """Take everything that is left."""
        content, self._content = self._content, {}
        yield from content.items()

    def close(self) -> None:
        """Refuse what is left: a misspelt key must not be silently without effect."""
        for key in self._content:
            raise StarterError(f"{self.at(key)} is not known.")


def read_starter(key: str, source: str) -> Starter:
    """Return the starter that `source` describes; a StarterError says what is wrong and where."""
    try:
        parsed = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise StarterError(f"{key}.toml: {error}") from error
    document = _Table(parsed, f"{key}.toml")
    about = _Table(document.take("starter"), document.at("starter"))
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
    picklists: list[Picklist] = []
    for module, content in document.rest():
        section = _Table(content, document.at(module))
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
    )


def _home(document: _Table) -> Iterator[HomeWidget]:
    """Read the widgets of the Homes of roles, in their order."""
    for number, content in enumerate(document.rows("home"), start=1):
        table = _Table(content, f"{document.at('home')}[{number}]")
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


def _plans(document: _Table) -> Iterator[Plan]:
    """Read the activity plans, each with its steps in their order."""
    for number, content in enumerate(document.rows("plans"), start=1):
        table = _Table(content, f"{document.at('plans')}[{number}]")
        name, record_types = table.localized("name"), table.rows("record_types")
        steps = tuple(_steps(table.rows("steps"), table.at("steps")))
        table.close()
        yield Plan(name, tuple(str(one) for one in record_types), steps)


def _pipelines(document: _Table) -> Iterator[Pipeline]:
    """Read the pipelines, each with its stages in their order."""
    for number, content in enumerate(document.rows("pipelines"), start=1):
        table = _Table(content, f"{document.at('pipelines')}[{number}]")
        name = table.localized("name")
        stages = tuple(_stages(table.rows("stages"), table.at("stages")))
        table.close()
        yield Pipeline(name, stages)


def _stages(contents: Sequence[object], place: str) -> Iterator[Stage]:
    """Read the stages of a pipeline."""
    for number, content in enumerate(contents, start=1):
        table = _Table(content, f"{place}[{number}]")
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
        table = _Table(content, f"{place}[{number}]")
        step = PlanStep(
            kind=table.one_of("kind", STEP_KINDS),
            subject=table.localized("subject"),
            days=table.whole("days", MOST_DAYS),
            unit=table.one_of("unit", STEP_UNITS),
            who=table.one_of("who", STEP_PEOPLE),
        )
        table.close()
        yield step


def _picklists(module: str, section: _Table) -> Iterator[Picklist]:
    """Read the picklists of a module: record type, field, then the values in their order."""
    for record_type, fields in section.rest():
        table = _Table(fields, section.at(record_type))
        for field, values in table.rest():
            if not isinstance(values, list) or not values:
                raise StarterError(f"{table.at(field)} must list its values.")
            choices = tuple(_choices(values, table.at(field)))
            yield Picklist(module, record_type, field, choices)


def _choices(values: list[object], place: str) -> Iterator[Choice]:
    """Read the values of one picklist; no key may stand twice."""
    seen: set[str] = set()
    for number, content in enumerate(values, start=1):
        table = _Table(content, f"{place}[{number}]")
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


def _categories(document: _Table) -> Iterator[ProductCategory]:
    """Read the product categories in their order; each may stand below an earlier one."""
    place, content = document.at("product_categories"), document.take("product_categories")
    if not isinstance(content, list):
        raise StarterError(f"{place} must list its categories.")
    seen: set[str] = set()
    for number, one in enumerate(content, start=1):
        table = _Table(one, f"{place}[{number}]")
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


def _roles(section: _Table) -> Iterator[RoleChange]:
    """Read what differs from the built-in roles."""
    for role, content in section.rest():
        if role not in ROLES:
            raise StarterError(f"{section.at(role)} is no role; there are {', '.join(ROLES)}.")
        table = _Table(content, section.at(role))
        label = table.localized("label") if table.has("label") else None
        rights = table.table("grants")
        grants: Mapping[str, str] = MappingProxyType(dict(_grants(rights)))
        table.close()
        yield RoleChange(role, label, grants)


def _grants(rights: _Table) -> Iterator[tuple[str, str]]:
    """Read rights: a permission such as "account:read" and how far it reaches."""
    for permission, reach in rights.rest():
        if not _PERMISSION.fullmatch(permission):
            raise StarterError(f"{rights.at(permission)} is no permission.")
        if not isinstance(reach, str) or reach not in REACHES:
            raise StarterError(f"{rights.at(permission)} reaches {', '.join(REACHES)}.")
        yield permission, reach
