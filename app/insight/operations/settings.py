"""How a workspace reckons and calls the value of its customers: read and changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.events import write_event
from app.identity.operations.guard import require_change
from app.insight.models import InsightSettings
from app.insight.operations.class_fields import add_fields
from app.insight.operations.quadrants import BY_KEY, MEDIAN, OWN, WAYS
from app.kernel.actor import Actor
from app.kernel.currencies import digits_of
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _, current
from app.kernel.localized import pick
from app.kernel.stamps import draw
from app.records.values.numbers import read_decimal
from app.records.values.texts import clean_text
from app.records.values.unfit import Unfit

STAMP = "insight_settings"  # Drawn when they change.
READ = ("insight", "read")
MANAGE = ("insight", "manage")
COMPUTE = ("insight", "compute")
AUTO, REVENUE, MARGIN = "auto", "revenue", "margin"
BASES = (AUTO, REVENUE, MARGIN)
LANGUAGES = ("en", "zh-CN", "zh-TW")
LONGEST_NAME, LONGEST_STRATEGY = 60, 400
DIGITS = 14
WHOLE = 100
KEYS = (
    "current_by",
    "potential_by",
    "current_own",
    "potential_own",
    "basis",
    "margin_percent",
    "names",
    "keeps_fields",
)


@dataclass(slots=True)
class Settings:
    """The settings as they stand; the usual ones where nothing was ever set.

    `names` are by quadrant: `{"name": {language: text}, "strategy": {language: text}}`.
    """

    current_by: str = MEDIAN
    potential_by: str = MEDIAN
    current_own: Decimal | None = None
    potential_own: Decimal | None = None
    basis: str = AUTO
    margin_percent: Decimal | None = None
    names: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    keeps_fields: bool = False
    version: int = 0

    def named(self, quadrant: str) -> str:
        """What a quadrant is called, in the reader's language."""
        own = self.names.get(quadrant, {}).get("name")
        return _picked(own) or str(BY_KEY[quadrant].name)

    def strategy(self, quadrant: str) -> str:
        """What is done with the customers of a quadrant, in the reader's language."""
        own = self.names.get(quadrant, {}).get("strategy")
        return _picked(own) or str(BY_KEY[quadrant].strategy)

    def told(self) -> dict[str, Any]:
        """The settings as events and programs are told them."""
        return {
            "current_by": self.current_by,
            "potential_by": self.potential_by,
            "current_own": _text(self.current_own),
            "potential_own": _text(self.potential_own),
            "basis": self.basis,
            "margin_percent": _text(self.margin_percent),
            "names": {key: dict(one) for key, one in self.names.items()},
            "keeps_fields": self.keeps_fields,
        }


def settings_of(by: Actor) -> Settings:
    """The settings of the workspace."""
    row = by.session.scalars(select(InsightSettings)).one_or_none()
    if row is None:
        return Settings()
    return Settings(
        row.current_by,
        row.potential_by,
        row.current_own,
        row.potential_own,
        row.basis,
        row.margin_percent,
        row.names,
        row.keeps_fields,
        row.version,
    )


def save_settings(by: Actor, sent: Mapping[str, Any], version: int | None = None) -> Settings:
    """Keep other settings; what is not sent stays.

    Refused with a message per field, Conflict where somebody was quicker. They count from the next
    reckoning on.
    """
    require_change(by, *MANAGE)
    row = _held(by)
    before = settings_of(by)
    if version is not None and version != before.version:
        raise Conflict(_("Somebody else changed this meanwhile."))
    for key, value in _read(sent, before, by).items():
        setattr(row, key, value)
    row.updated_at, row.version = by.now, row.version + 1
    by.session.flush()  # What is told next is read from the row.
    kept = settings_of(by)
    if kept.keeps_fields and not before.keeps_fields:
        add_fields(by)
    was, now = before.told(), kept.told()
    changes = {key: [was[key], now[key]] for key in now if was[key] != now[key]}
    if changes:
        draw(by.session, STAMP)
        write_event(by, "insight", by.tenant.id, "updated", changes=changes)
    return kept


def _held(by: Actor) -> InsightSettings:
    """The row of the settings, made where there is none; of two who change it one waits."""
    usual = Settings()
    by.session.execute(
        insert(InsightSettings)
        .values(id=new_id(), is_the_one=True, version=0, updated_at=by.now, **usual.told())
        .on_conflict_do_nothing(index_elements=["is_the_one"])
    )
    return by.session.scalars(
        select(InsightSettings).with_for_update().execution_options(populate_existing=True)
    ).one()


Errors = dict[str, Text | str]


def _read(sent: Mapping[str, Any], before: Settings, by: Actor) -> dict[str, Any]:
    """The columns as they are to be; Refused with a message for each that does not fit."""
    errors: Errors = {}
    asked = {key: sent.get(key, value) for key, value in vars_of(before).items()}
    digits = digits_of(by.tenant.currency)
    values: dict[str, Any] = {
        "current_by": _choice(asked, "current_by", WAYS, errors),
        "potential_by": _choice(asked, "potential_by", WAYS, errors),
        "current_own": _number(asked, "current_own", (DIGITS, digits), errors),
        "potential_own": _number(asked, "potential_own", (DIGITS, digits), errors),
        "basis": _choice(asked, "basis", BASES, errors),
        "margin_percent": _number(asked, "margin_percent", (3, 4), errors),
        "names": _names(asked["names"], errors),
        "keeps_fields": bool(asked["keeps_fields"]),
    }
    percent = values["margin_percent"]
    if percent is not None and percent > WHOLE:
        errors["margin_percent"] = _("This must be a number from 0 to %(most)s.", most=WHOLE)
    if values["basis"] == MARGIN and percent is None:
        told = _("Enter the margin of orders whose cost is not known.")
        errors.setdefault("margin_percent", told)
    for key in ("current", "potential"):
        if values[f"{key}_by"] == OWN and values[f"{key}_own"] is None:
            told = _("Enter the amount from which on a value is high.")
            errors.setdefault(f"{key}_own", told)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    return values


def vars_of(settings: Settings) -> dict[str, Any]:
    """The settings by the names of their columns."""
    return {key: getattr(settings, key) for key in KEYS}


def _choice(asked: Mapping[str, Any], key: str, known: tuple[str, ...], errors: Errors) -> str:
    found = str(asked[key])
    if found not in known:
        errors[key] = _("This is not one of the values to choose from.")
    return found


def _number(
    asked: Mapping[str, Any], key: str, room: tuple[int, int], errors: Errors
) -> Decimal | None:
    """A number of so many digits before and behind its point, or nothing."""
    raw = asked[key]
    if raw is None or not str(raw).strip():
        return None
    try:
        found = read_decimal(str(raw).rstrip(" %％"), *room)
    except Unfit as unfit:
        errors[key] = unfit.message
        return None
    if found < 0:
        errors[key] = _("This can't be less than zero.")
    return found


def _names(raw: Any, errors: Errors) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not isinstance(raw, Mapping) or set(raw) - set(BY_KEY):
        errors["names"] = _("There is no such field.")
        return found
    for quadrant, its in raw.items():
        if not isinstance(its, Mapping) or set(its) - {"name", "strategy"}:
            errors[f"names.{quadrant}"] = _("There is no such field.")
            continue
        for what, longest in (("name", LONGEST_NAME), ("strategy", LONGEST_STRATEGY)):
            texts = _texts(its.get(what) or {}, longest, f"names.{quadrant}.{what}", errors)
            if texts:
                found.setdefault(quadrant, {})[what] = texts
    return found


def _texts(raw: Any, longest: int, place: str, errors: Errors) -> dict[str, str]:
    """Texts by language, without those that are empty."""
    if not isinstance(raw, Mapping) or set(raw) - set(LANGUAGES):
        errors[place] = _("There is no such field.")
        return {}
    try:
        texts = {key: " ".join(clean_text(one).split()) for key, one in raw.items()}
    except Unfit as unfit:
        errors[place] = unfit.message
        return {}
    if any(len(one) > longest for one in texts.values()):
        errors[place] = _("At most %(limit)s characters.", limit=longest)
    return {key: one for key, one in texts.items() if one}


def _picked(texts: Mapping[str, str] | None) -> str:
    return pick(dict(texts), current()) if texts else ""


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")
