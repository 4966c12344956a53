"""What a starter holds once it is read: frozen facts, every text in every language."""

from collections.abc import Mapping
from dataclasses import dataclass

# The languages that every text must have; others (zh-TW) are welcome.
LANGUAGES = ("en", "zh-CN")
# The colours of a value's pill; the style sheet gives each its shade, light and dark.
COLOURS = ("grey", "blue", "green", "amber", "red", "violet", "teal", "pink")
# How far a right reaches; "none" takes it away.
REACHES = ("none", "own", "team", "all")
# What a plan's step may be, how its days are counted, and who does it.
STEP_KINDS = ("follow_up", "task", "call", "meeting", "visit")
STEP_UNITS = ("days", "working_days")
STEP_PEOPLE = ("owner", "starter")
MOST_DAYS = 365
# What a stage of a pipeline means for the forecast.
FORECASTS = ("pipeline", "best_case", "commit", "omitted")
# The built-in roles that a starter may change; the owner's is fixed.
ROLES = ("admin", "manager", "sales_rep", "service_agent", "marketer", "viewer")

# Whose Homes a starter may fill, what may stand there, and how wide.
HOME_ROLES = ("owner", *ROLES)
HOME_KINDS = ("report", "list", "widget")
HOME_WIDTHS = ("half", "full")
# What a field of the workspace's own may be, and what a text template is for.
FIELD_KINDS = ("text", "number", "percent", "day", "time", "choice", "choices", "flag")
TEMPLATE_PURPOSES = ("mail", "text")

Localized = Mapping[str, str]


class StarterError(ValueError):
    """A starter that does not exist, or a file that does not say what a starter must say."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a picklist; its place in the list is its order."""

    key: str
    label: Localized
    colour: str


@dataclass(frozen=True, slots=True)
class Picklist:
    """The values of one field, such as crm, account, industry."""

    module: str
    record_type: str
    field: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ProductCategory:
    """A category of products; `below` is the key of the one that it belongs to, or empty."""

    key: str
    name: Localized
    below: str


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What differs from the built-in role: its name, and rights such as "account:read" -> "all"."""

    role: str
    label: Localized | None
    grants: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of an activity plan: what, how many days after the start, who does it."""

    kind: str
    subject: Localized
    days: int
    unit: str
    who: str


@dataclass(frozen=True, slots=True)
class Plan:
    """An activity plan that a workspace begins with, and for which types of records it is."""

    name: Localized
    record_types: tuple[str, ...]
    steps: tuple[PlanStep, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a pipeline: its chance in percent, after how many days a card is stale there."""

    name: Localized
    probability: int
    forecast_category: str
    colour: str
    stale_after: int
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline that a workspace begins with; the first one is the usual one."""

    name: Localized
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class HomeWidget:
    """A widget of the Homes that roles begin with: those of `roles`, or of all where none is named.

    `of` is the key of a report or a widget that comes with a module, or the record type of a list,
    whose address has the `query`.
    """

    kind: str
    of: str
    width: str
    query: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FieldOption:
    """One value of a field of the workspace's own."""

    value: str
    label: Localized


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field that a workspace has beyond the product's own; `options` of a choice alone."""

    record_type: str
    key: str
    kind: str
    label: Localized
    options: tuple[FieldOption, ...]


@dataclass(frozen=True, slots=True)
class PriceBook:
    """A price book that a workspace begins with; empty `customer_kind` means all customers."""

    name: Localized
    customer_kind: str


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A text that is written again and again, in every language; only mails have a `subject`."""

    name: Localized
    record_type: str
    purpose: str
    subject: Localized
    body: Localized


@dataclass(frozen=True, slots=True)
class Starter:
    """Everything that a workspace of one industry begins with."""

    key: str
    name: Localized
    summary: Localized
    language: str
    currency: str
    zone: str
    country: str
    picklists: tuple[Picklist, ...]
    product_categories: tuple[ProductCategory, ...]
    roles: tuple[RoleChange, ...]
    plans: tuple[Plan, ...] = ()
    home: tuple[HomeWidget, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    fields: tuple[OwnField, ...] = ()
    price_books: tuple[PriceBook, ...] = ()
    templates: tuple[TextTemplate, ...] = ()

    def choices(self, record_type: str, field: str) -> tuple[Choice, ...]:
        """Return the values of one field in their order; none when the starter does not name it."""
        for picklist in self.picklists:
            if (picklist.record_type, picklist.field) == (record_type, field):
                return picklist.choices
        return ()
