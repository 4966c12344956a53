"""The settings of currencies: what each was worth, tables of rates, the source of daily ones."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from flask import Response, request

from app.identity import outside
from app.identity.routes.asking import show, submit, typed
from app.kernel.currencies import names, read_code
from app.kernel.errors import Missing
from app.kernel.language import _, ngettext
from app.kernel.language import current as language_in_use
from app.records.money import operations, source
from app.records.money.operations import MANAGE, PAGE
from app.records.pages import currencies as pages
from app.records.routes.blueprint import blueprint
from app.records.routes.forms import seen_version
from app.web import current
from app.web.access import access
from app.web.render import page, see_other
from app.web.toasts import toast

URL = "/settings/currencies"
HOME = "records/currencies.html"
FORM = "records/rate_form.html"
IMPORT = "records/rate_import.html"
FIELDS = ("currency", "rate_on", "rate")


@blueprint.get(URL)
@access(permission=MANAGE)
def show_currencies() -> Response:
    """Every currency with its rate of today, and the source of daily rates."""
    row = source.source_of(current.actor())
    before = {"url": row.url, "currencies": ", ".join(row.currencies)} if row else {}
    return show(HOME, _shown(), typed=before)


@blueprint.post(URL)
@access(permission=MANAGE)
def save_rate_source() -> Response:
    """Choose the source of daily rates anew."""

    def work() -> Response:
        wish = source.Wish(
            typed("url"),
            [one.upper() for one in re.split(r"[,，、;；\s]+", typed("currencies")) if one],
            "is_on" in request.form,
        )
        allowed = outside.settings().outgoing_loopback
        source.change_source(current.actor(), wish, allow_loopback=allowed)
        toast(_("Saved."))
        return see_other(URL)

    return submit(work, HOME, _shown)


@blueprint.post(f"{URL}/fetch")
@access(permission=MANAGE)
def fetch_rates_now() -> Response:
    """Have the rates of the day fetched now."""
    by = current.actor()
    operations.require_manage(by)
    source.fetch_soon(by)
    toast(_("The rates are being fetched."))
    return see_other(URL)


@blueprint.get(f"{URL}/new")
@access(permission=MANAGE)
def new_rate() -> Response:
    """The form of a rate."""
    before = {
        "currency": request.args.get("currency", ""),
        "rate_on": current.actor().today().isoformat(),
    }
    return show(FORM, _form(f"{URL}/new"), block="form", typed=before)


@blueprint.post(f"{URL}/new")
@access(permission=MANAGE)
def create_rate() -> Response:
    """Enter a rate."""

    def work() -> Response:
        row = operations.add_rate(current.actor(), {one: typed(one) for one in FIELDS})
        toast(_("Saved."))
        return see_other(f"{URL}/{row.currency}")

    return submit(work, FORM, lambda: _form(f"{URL}/new"))


@blueprint.get(f"{URL}/import")
@access(permission=MANAGE)
def new_rate_import() -> Response:
    """The form that takes a table of rates."""
    return show(IMPORT, {"url": f"{URL}/import"}, block="form")


@blueprint.post(f"{URL}/import")
@access(permission=MANAGE)
def import_rates() -> Response:
    """Take in a table of rates, all of it or nothing."""

    def work() -> Response:
        number = operations.import_rates(current.actor(), typed("table"))
        toast(ngettext("%(n)s rate was taken in.", "%(n)s rates were taken in.", number))
        return see_other(URL)

    return submit(work, IMPORT, lambda: {"url": f"{URL}/import"})


@blueprint.get(f"{URL}/<code>")
@access(permission=MANAGE)
def show_currency(code: str) -> Response:
    """The rates of one currency, the latest first."""
    by = current.actor()
    currency = read_code(code)
    if currency is None or currency != code:
        raise Missing(_("There is no such page."))
    rows = operations.rates_of_currency(by, currency, before=_before())
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return page(
        "records/currency.html",
        url=URL,
        currency=currency,
        name=names(language_in_use())[currency],
        rates=pages.shown_rates(rows, by),
        following=rows[-1].rate_on.isoformat() if more else None,
    )


@blueprint.get(f"{URL}/rates/<uuid:rate_id>")
@access(permission=MANAGE)
def edit_rate(rate_id: UUID) -> Response:
    """The form of a rate that stands."""
    row = operations.get_rate(current.actor(), rate_id)
    before = {
        "currency": row.currency,
        "rate_on": row.rate_on.isoformat(),
        "rate": f"{row.rate.normalize():f}",
    }
    shown = {**_form(f"{URL}/rates/{rate_id}"), "rate": row}
    return show(FORM, shown, block="form", typed=before)


@blueprint.post(f"{URL}/rates/<uuid:rate_id>")
@access(permission=MANAGE)
def save_rate(rate_id: UUID) -> Response:
    """Change a rate."""
    by = current.actor()
    row = operations.get_rate(by, rate_id)

    def work() -> Response:
        operations.change_rate(by, row, {one: typed(one) for one in FIELDS}, seen_version())
        toast(_("Saved."))
        return see_other(f"{URL}/{row.currency}")

    def again() -> dict[str, object]:
        now = operations.get_rate(by, rate_id)
        return {**_form(f"{URL}/rates/{rate_id}"), "rate": now}

    return submit(work, FORM, again)


@blueprint.post(f"{URL}/rates/<uuid:rate_id>/delete")
@access(permission=MANAGE)
def remove_rate(rate_id: UUID) -> Response:
    """Remove a rate."""
    by = current.actor()
    row = operations.get_rate(by, rate_id)
    currency = row.currency
    operations.remove_rate(by, row)
    toast(_("The rate was removed."))
    return see_other(f"{URL}/{currency}")


def _shown() -> dict[str, object]:
    by = current.actor()
    row = source.source_of(by)
    return {
        "url": URL,
        "own": by.tenant.currency,
        "currencies": pages.shown_currencies(by),
        "source": pages.shown_source(row, by),
        "is_on": "is_on" in request.form if request.method == "POST" else bool(row and row.is_on),
    }


def _form(url: str) -> dict[str, object]:
    by = current.actor()
    return {"url": url, "own": by.tenant.currency, "choices": pages.currency_choices(by)}


def _before() -> date | None:
    try:
        return date.fromisoformat(request.args.get("before", ""))
    except ValueError:
        return None
