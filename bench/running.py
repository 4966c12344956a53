"""Runs benches one after the other, each in the surroundings that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from app.kernel import clock
from bench import (
    documents,
    duplicates,
    exports,
    filling,
    home,
    imports,
    insight,
    load,
    machine,
    mail,
    million,
    pages,
    quotes,
    reports,
    retail,
    sales,
    search,
    settings_pages,
    signup,
    stripe,
    takeouts,
    tenants,
    work,
)
from bench.figures import Figure
from bench.report import Result
from bench.service import service
from bench.surroundings import DATABASE, Server, amounts_for, server, usual, workspace

OF_PAGES = {
    "load": load.run,
    "pages": pages.run,
    "search": search.run,
    "work": work.run,
    "exports": exports.run,
    "documents": documents.run,
    "reports": reports.run,
    "home": home.run,
    "duplicates": duplicates.run,
    "import": imports.run,
    "mail": mail.run,
    "takeouts": lambda measured, web: list(takeouts.run(measured, web)),
    "settings": settings_pages.run,
    "quotes": quotes.run,
    "board": sales.run,
}


def run_benches(names: Sequence[str], *, contacts: int, keep: bool) -> Iterator[Result]:
    """The result of each named bench, as soon as it is there."""
    if "tenants" in names:
        with server(f"{DATABASE}_tenants") as on:
            yield _result("tenants", on, {}, tenants.run(on))
    if "signup" in names:
        with server(f"{DATABASE}_signup") as on, service(on) as web:
            yield _result("signup", on, {}, signup.run(on, web))
    if "stripe" in names:
        with server(f"{DATABASE}_stripe") as on, service(on, stripe.ENVIRONMENT) as web:
            yield _result("stripe", on, {}, stripe.run(on, web))
    yield from _of_year(names, keep=keep)
    if "million" in names:
        with ExitStack() as at_end:
            named = f"{DATABASE}_million"
            on = at_end.enter_context(server(named, keep=keep, holding=filling.MILLION))
            measured = workspace(on, filling.MILLION, filling.million)
            with service(on) as web:
                figures = million.run(measured, web)
            yield _result("million", on, measured.scale, figures)
    of_pages = [name for name in names if name in OF_PAGES]
    if not of_pages:
        return
    with ExitStack() as at_end:
        amounts = amounts_for(contacts)
        on = at_end.enter_context(server(keep=keep, holding=amounts))
        measured = workspace(on, amounts, usual)
        for name in of_pages:
            with service(on) as web:
                figures = OF_PAGES[name](measured, web)
            yield _result(name, on, measured.scale, figures)


def _of_year(names: Sequence[str], *, keep: bool) -> Iterator[Result]:
    """What is measured on the year of a shop."""
    if "retail" in names:
        with server(f"{DATABASE}_retail", keep=keep) as on:
            yield _result("retail", on, {}, retail.run(on))
    if "insight" in names:
        with server(f"{DATABASE}_insight", keep=keep) as on:
            measured = insight.year(on)
            with service(on) as web:
                yield _result("insight", on, {}, insight.run(measured, web))


def _result(name: str, on: Server, scale: dict[str, int], figures: list[Figure]) -> Result:
    return Result(name, clock.now(), machine.describe(on.superuser_url), scale, figures)
