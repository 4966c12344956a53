"""The workspace's terms: kept, changed, and asked what they say of an offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from app.automation.approvals.facts import changed as limits_changed
from app.automation.authority.models import ANY, AuthorityLimit
from app.crm.models import Account
from app.events import write_event
from app.identity.models import Role
from app.identity.operations.guard import require_change
from app.kernel.actor import Actor
from app.kernel.errors import Conflict, Refused
from app.kernel.ids import new_id
from app.kernel.language import Text, _
from app.records.values.numbers import read_decimal
from app.records.values.unfit import Unfit
from app.sales.models import TermsSettings
from app.sales.operations.payment_record import NUMBERS, Thresholds, thresholds_of
from app.sales.terms.rules import STANDINGS, USUAL, Cell, Ruled, cell_of, rule

MANAGE = ("terms", "manage")
# The subjects of authority: how many points a quote, an order or a contract goes beyond the terms.
EXCEPTIONS, ORDER_EXCEPTIONS = "quote_exceptions", "order_exceptions"
CONTRACT_EXCEPTIONS = "contract_exceptions"
MAY_EXCEED = ("admin", "manager")  # Built-in roles that may, when the terms are switched on.
MOST_DAYS = 730


@dataclass(slots=True)
class Terms:
    """The terms as they stand; off until somebody switches them on."""

    is_on: bool
    big_sizes: tuple[str, ...]
    cells: Mapping[str, Cell]
    version: int = 0
    thresholds: Thresholds = field(default_factory=Thresholds)


def terms_of(by: Actor) -> Terms:
    """The workspace's terms; the usual ones, switched off, where nothing was ever set."""
    row = by.session.scalars(select(TermsSettings)).one_or_none()
    if row is None:
        return Terms(False, (), USUAL)
    cells = {key: cell_of(row.cells.get(key), key) for key in USUAL}
    judging = thresholds_of(row.judging)
    return Terms(row.is_on, tuple(row.big_sizes), cells, row.version, judging)


def judge(
    account: Account | None,
    discount: Decimal,
    payment_days: int,
    deposit: Decimal,
    by: Actor,
    terms: Terms | None = None,
) -> Ruled | None:
    """What the terms say of an offer to a customer; None where they are off."""
    found = terms or terms_of(by)
    if not found.is_on:
        return None
    return rule(
        found.cells,
        is_big=account is not None and account.size in found.big_sizes,
        payer=account.payment_record if account is not None else None,
        discount=discount,
        payment_days=payment_days,
        deposit=deposit,
    )


def save_terms(by: Actor, sent: Mapping[str, Any], version: int | None = None) -> Terms:
    """Keep other terms; Refused with a message per field, Conflict where somebody was quicker.

    `sent` has `is_on`, `big_sizes`, `cells` by key, each with the fields of `Cell`, and `judging`
    with those of `Thresholds`, which stay as they are where nothing is sent of them. When they
    are switched on and nobody decided who may go beyond them, managers and admins may.
    """
    require_change(by, *MANAGE)
    stood = terms_of(by)
    terms = _read(sent, stood.thresholds)
    row = by.session.scalars(select(TermsSettings)).one_or_none()
    if version is not None and version != (row.version if row else 0):
        raise Conflict(_("Somebody else changed this meanwhile."))
    before = _told(stood)
    if row is None:
        row = TermsSettings(id=new_id(), version=0)
        by.session.add(row)
    row.is_on, row.big_sizes = terms.is_on, list(terms.big_sizes)
    row.cells = {key: one.kept() for key, one in terms.cells.items()}
    row.judging = terms.thresholds.kept()
    row.updated_at, row.version = by.now, row.version + 1
    try:
        by.session.flush()  # Of two who save at once, the second is told here.
    except StaleDataError:
        raise Conflict(_("Somebody else changed this meanwhile.")) from None
    if terms.is_on:
        _let_managers(by)
    after = _told(terms)
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changes:
        write_event(by, "terms", by.tenant.id, "updated", changes=changes)
    return replace(terms, version=row.version)


def _let_managers(by: Actor) -> None:
    """Whoever manages may go beyond the terms, unless the matrix says something else already."""
    subjects = (EXCEPTIONS, ORDER_EXCEPTIONS, CONTRACT_EXCEPTIONS)
    limited = select(AuthorityLimit.subject).where(AuthorityLimit.subject.in_(subjects))
    said = set(by.session.scalars(limited))
    roles = by.session.scalars(select(Role.id).where(Role.key.in_(MAY_EXCEED))).all()
    free = [one for one in subjects if one not in said]
    for subject, role_id in ((subject, role_id) for subject in free for role_id in roles):
        limit = AuthorityLimit(
            id=new_id(), role_id=role_id, subject=subject, customer_class=ANY, most=None
        )
        limit.updated_at = by.now
        by.session.add(limit)
    if free:
        limits_changed(by.session)


def _told(terms: Terms) -> dict[str, Any]:
    cells = {key: one.kept() for key, one in terms.cells.items()}
    judging = terms.thresholds.kept()
    told = {"is_on": terms.is_on, "big_sizes": list(terms.big_sizes), "judging": judging}
    return {**told, **cells}


def _read(sent: Mapping[str, Any], stood: Thresholds) -> Terms:
    errors: dict[str, Text | str] = {}
    sizes = sent.get("big_sizes") or []
    raw = sent.get("cells") or {}
    if not isinstance(sizes, Sequence) or isinstance(sizes, str):
        errors["big_sizes"] = _("Give a list of values.")
        sizes = []
    if not isinstance(raw, Mapping) or set(raw) - set(USUAL):
        raise Refused(_("There is no such field."), field="cells")
    cells = {}
    for key in USUAL:
        its = raw.get(key)
        cells[key] = _cell(key, its if isinstance(its, Mapping) else {}, errors)
    thresholds = _thresholds(sent.get("judging"), stood, errors)
    if errors:
        raise Refused(_("Please check the marked fields."), errors=errors)
    sizes = tuple(str(one) for one in sizes)
    return Terms(bool(sent.get("is_on")), sizes, cells, thresholds=thresholds)


def _thresholds(raw: Any, stood: Thresholds, errors: dict[str, Text | str]) -> Thresholds:
    """From when customers are proposed as good or bad payers; `raw` None leaves all as it is."""
    if raw is None:
        return stood
    if not isinstance(raw, Mapping) or set(raw) - {*NUMBERS, "is_kept"}:
        raise Refused(_("There is no such field."), field="judging")
    found: dict[str, Decimal] = {}
    for key in NUMBERS:
        most = 100 if key.endswith("share") else MOST_DAYS
        try:
            value = read_decimal(str(raw.get(key, getattr(stood, key))).rstrip(" %％"), 4, 2)
        except Unfit as unfit:
            errors[f"judging.{key}"] = unfit.message
            value = getattr(stood, key)
        if not 0 <= value <= most:
            told = _("This must be a number from 0 to %(most)s.", most=most)
            errors[f"judging.{key}"] = told
        found[key] = value
    if found["bad_share"] > found["good_share"]:
        errors.setdefault("judging.bad_share", _("This can't be more than for good payers."))
    if found["bad_days"] < found["good_days"]:
        errors.setdefault("judging.bad_days", _("This can't be less than for good payers."))
    return Thresholds(**found, is_kept=bool(raw.get("is_kept", stood.is_kept)))


def _cell(key: str, raw: Mapping[str, Any], errors: dict[str, Text | str]) -> Cell:
    usual = USUAL[key]

    def number(name: str, most: int, decimals: int, default: Decimal) -> Decimal:
        text = raw.get(name, str(default))
        try:
            value = read_decimal(str(text).rstrip(" %％"), 4, decimals)
        except Unfit as unfit:
            errors[f"{key}.{name}"] = unfit.message
            return default
        if not 0 <= value <= most:
            errors[f"{key}.{name}"] = _("This must be a number from 0 to %(most)s.", most=most)
        return value

    standing = str(raw.get("standing", usual.standing))
    if standing not in STANDINGS:
        errors[f"{key}.standing"] = _("This is not one of the values to choose from.")
    return Cell(
        number("discount", 100, 4, usual.discount),
        int(number("payment_days", MOST_DAYS, 0, Decimal(usual.payment_days))),
        number("deposit", 100, 4, usual.deposit),
        standing,
    )
