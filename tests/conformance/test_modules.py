"""Modules switched on and off in every combination: nothing of an absent one is left anywhere.

All that is looked for follows from what the modules declare, so a new page, type, report, widget or
right is walked on the day it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from app.identity.models import Role
from app.identity.operations.teams import create_team
from app.kernel.actor import Actor
from app.modules import MODULES, install_record_types
from app.records.manifest import Module
from app.records.registry import registry
from app.records.switching.operations import switch_off, switch_on
from app.web.access import Who
from tests.cast import Person, Workspace
from tests.conformance.examples import make
from tests.factories import make_file
from tests.isolation.routes import NEVER_USED, Case, of_workspace
from tests.isolation.test_routes import WORDS
from tests.records.api.conftest import Program, Programs, program
from tests.records.api.test_openapi import read

__all__ = ["program"]
install_record_types()
SWITCHED = tuple(one for one in MODULES if one.text is not None)
TELLS_ALL = ("/settings/modules", "/settings/audit", "/settings/plan")  # Of absent ones too.
# Pages that end the walk, or that hold nothing but what a program is sent.
NOT_WALKED = ("/logout", "/api/", "/healthz", "/readyz", "/metrics", "/static")
ABSENT = [one for size in range(1, len(SWITCHED) + 1) for one in combinations(SWITCHED, size)]


@pytest.fixture
def switched(acme: Workspace, alice: Person) -> Iterator[None]:
    """Whatever a test switches off is on again after it."""
    yield
    put(acme, alice, ())


def put(acme: Workspace, alice: Person, absent: tuple[Module, ...]) -> None:
    """Have these modules off and all others on."""
    for one in SWITCHED:
        with acme.acting(alice) as by:
            (switch_off if one in absent else switch_on)(one.key, by)
        others = tuple(key for key in acme.facts.modules if key != one.key)
        its = () if one in absent else (one.key,)
        acme.facts = replace(acme.facts, modules=(*others, *its))


@pytest.fixture
def known(acme: Workspace, alice: Person) -> Mapping[str, str]:
    """A record of each type, and ids of what else addresses name."""
    with acme.acting(alice) as by:
        found = {one.key: str(make(one, by).id) for one in registry()}
        found["user_id"] = str(alice.user_id)
        found["role_id"] = str(by.session.scalar(select(Role.id).limit(1)))
        found["team_id"] = str(create_team(by, name="North").id)
        found["file_id"] = str(make_file(by, "account", found["account"]).id)
    return found


def addresses(app: Flask, known: Mapping[str, str]) -> Iterator[tuple[str, Case]]:
    """The address of every page that an owner can open, of each record type where it is theirs."""
    for case in of_workspace(app):
        if case.method != "GET" or case.access.who is not Who.USER:
            continue
        words = dict(WORDS)
        values = {
            name: words.get(name) or known.get(name) or str(NEVER_USED)
            for name in case.rule.arguments
        }
        if "collection" not in case.rule.arguments:
            yield case.url(values), case
            continue
        for one in registry():
            of_type = {"collection": one.collection, "record_id": known[one.key]}
            yield case.url(values | of_type), case


def walk(app: Flask, alice: Person, known: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Every page with its status and text: by the map of addresses, and by all links on them."""
    client = alice.sign_in()
    waiting = list(dict.fromkeys(["/", *(url for url, _case in addresses(app, known))]))
    met: dict[str, tuple[int, str]] = {}
    while waiting:
        url = waiting.pop()
        if url in met or url.startswith(NOT_WALKED):
            continue
        answer = client.get(url)
        is_page = answer.mimetype == "text/html"
        text = answer.get_data(as_text=True) if is_page else ""
        answer.close()  # What is sent from a file stays open until then.
        met[url] = (answer.status_code, text)
        for link in re.findall(r'href="([^"#]+)', text):
            path = urlsplit(unescape(link)).path
            if path.startswith("/") and not path.startswith("//") and path not in met:
                waiting.append(path)
    return met


def marks(module: Module, by: Actor) -> Iterator[str]:
    """What a page holds that leads to something of a module, or tells of it."""
    for one in module.record_types:
        yield rf'(?:href|action|data-hx-get|data-hx-post)="/{one.collection}(?:["/?#]|&)'
        yield rf'name="(?:grant|field)\.{one.key}\.'
        yield rf'value="(?:list:)?{one.key}"'
    for link in module.links(by):
        yield rf'href="{re.escape(link.url)}["?]'
    for page in module.settings:
        yield rf'href="{re.escape(page.url)}["/?]'
    for group in module.permissions:
        yield rf'name="grant\.{group.record_type}\.'
    for report in module.reports:
        yield rf"/reports/ready/{report.key}\b"
        yield rf'value="report:{report.key}"'
    for widget in module.widgets:
        yield rf'value="widget:{widget.key}"'


def of_module(module: Module, case: Case) -> bool:
    """True for a route that a module itself brings."""
    return case.rule.endpoint.partition(".")[0] in {one.name for one in module.blueprints}


@pytest.mark.usefixtures("switched")
@pytest.mark.parametrize("absent", ABSENT, ids=lambda those: "+".join(one.key for one in those))
def test_of_an_absent_module_nothing_is_left_and_on_again_all_is_back(
    app: Flask,
    acme: Workspace,
    alice: Person,
    program: Programs,
    known: Mapping[str, str],
    absent: tuple[Module, ...],
) -> None:
    with acme.acting(alice) as by:
        signs = {sign for module in absent for sign in marks(module, by)}
    whole = walk(app, alice, known)
    assert {url: status for url, (status, _text) in whole.items() if status >= 500} == {}
    everything = "\n".join(text for url, (_status, text) in whole.items())
    unseen = [sign for sign in signs if not re.search(sign, everything)]
    assert len(unseen) < len(signs) / 2, "the signs are those that pages have"
    api = read(program(alice))
    put(acme, alice, absent)
    left = walk(app, alice, known)
    told = [
        f"{url}: {found[0]}"
        for url, (status, text) in left.items()
        if status == 200 and url not in TELLS_ALL
        for sign in signs
        if (found := re.search(sign, text))
    ]
    assert told == []
    assert {url: status for url, (status, _text) in left.items() if status >= 500} == {}
    for url, case in addresses(app, known):
        is_theirs = any(of_module(module, case) for module in absent)
        kinds = {one.collection for module in absent for one in module.record_types}
        if is_theirs or url.split("/")[1] in kinds:
            assert left[url][0] == 404, url
    demand_no_call(api, program(alice), absent)
    put(acme, alice, ())
    again = walk(app, alice, known)
    assert {url: one[0] for url, one in again.items()} == {
        url: one[0] for url, one in whole.items()
    }
    assert read(program(alice))["paths"] == api["paths"]


def demand_no_call(whole: Mapping[str, Any], of_alice: Program, absent: tuple[Module, ...]) -> None:
    """No call of an absent module is described, and none is answered."""
    told = read(of_alice)
    gone = set(whole["paths"]) - set(told["paths"])
    collections = {one.collection for module in absent for one in module.record_types}
    assert {path.split("/")[1] for path in told["paths"]} & collections == set()
    assert collections <= {path.split("/")[1] for path in gone}
    for path in gone:
        url = re.sub(r"{[^}]+}", str(NEVER_USED), path).removeprefix("/")
        assert of_alice.get(url).status_code in (404, 405), path
    tags = {
        tag for calls in told["paths"].values() for call in calls.values() for tag in call["tags"]
    }
    names = {str(one.words.many) for module in absent for one in module.record_types}
    assert tags & names == set()


@pytest.mark.usefixtures("switched")
@pytest.mark.parametrize("module", SWITCHED, ids=lambda one: one.key)
def test_the_palette_finds_nothing_of_an_absent_module(
    acme: Workspace, alice: Person, module: Module
) -> None:
    words = [str(one.words.many) for one in module.record_types]
    with acme.acting(alice) as by:
        links = list(module.links(by))
    words += [str(link.label) for link in links]
    client = alice.sign_in()

    def found() -> list[str]:
        pages = [client.get("/search", query_string={"q": one}).text for one in words]
        paths = {f"/{one.collection}" for one in module.record_types}
        paths |= {link.url for link in links}
        return [page for page in pages if any(f'href="{path}' in page for path in paths)]

    assert found()
    put(acme, alice, (module,))
    assert found() == []


@pytest.mark.usefixtures("switched")
def test_switching_deletes_nothing(
    acme: Workspace, alice: Person, known: Mapping[str, str]
) -> None:
    for module in SWITCHED:
        put(acme, alice, (module,))
        with acme.scope() as session:
            for one in module.record_types:
                assert session.get(one.model, known[one.key]) is not None, one.key
