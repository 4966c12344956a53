"""A workspace whose bill is open: past due it is read, suspended it is signed in to, no more."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.identity.models import Team
from app.identity.operations.invitations import invite
from app.identity.operations.roles import role_by_key
from app.kernel import clock
from app.modules import install_record_types
from app.records.registry import registry
from app.web.access import Who
from tenants import resolve
from tenants.control import Tenant
from tenants.facts import State
from tenants.lifecycle import set_state
from tests.attacks.program import Programs
from tests.cast import Person, Workspace, visitor
from tests.conformance.examples import make
from tests.isolation.routes import UNSAFE, Case, of_workspace
from tests.isolation.state import digest
from tests.laundry import Laundry

install_record_types()

# What a person may do for themselves whatever the bill: come in, go out, keep their account safe.
OWN_AFFAIRS = (
    "/login",
    "/logout",
    "/language",
    "/news/stop/",
    "/reports/mail/stop/",
    "/password/",
    "/settings/me/mail-in/address",  # One that became known is renewed at any time.
    "/settings/me/password",
    "/settings/me/sessions",
    "/settings/me/two-factor",
)
# What a firm takes away stays its own, and what it owes can be paid, at any time: neither changes
# a record.
EXPORTS = (
    "/settings/leaving",
    "/api/v1/takeouts",
    "/settings/billing",
    "/settings/support",
    "/support/",  # What comes to look is let in and sent out.
    "/settings/usage",
    "/api/v1/usage",
    "/api/v1/plan",
    "/api/v1/bills",
    "/<collection:collection>/export",
    "/settings/exports",
    "/api/v1/<collection>/export",
    "/api/v1/exports",
)
# What is only shown, though it is asked for by what was typed.
SHOWN = (
    "/api/v1/notices/read",  # That somebody has read something is no change of the workspace.
    "/<collection:collection>/<uuid:record_id>/documents/preview",
    "/<collection:collection>/<uuid:record_id>/documents/text",
    "/contracts/<uuid:record_id>/reckon",
    "/orders/<uuid:record_id>/reckon",
    "/quotes/<uuid:record_id>/reckon",
    "/settings/documents/preview",
    "/settings/templates/preview",
)
FORM = {
    "name": "Changed",
    "label": "Changed",
    "last_name": "Changed",
    "first_name": "Changed",
    "subject": "Changed",
    "body": "Changed",
    "kind": "note",
    "city": "Changed",
    "zone": "Europe/Paris",
    "language": "zh-CN",
    "all": "1",
    "way": "mail",
    "email": "new@acme.example",
    "max_uses": "1",
    "password": "another sentence altogether",
    "grant.contact.read": "3",
}


@pytest.fixture
def ids(acme: Workspace, alice: Person, bob: Person) -> dict[str, str]:
    """Ids of Acme's own for every argument of a route."""
    with acme.acting(alice) as by:
        found = {one.key: str(make(one, by).id) for one in registry()}
        team = Team(name="Yard", path="x/", created_at=by.now)
        by.session.add(team)
        by.session.flush()
        made = invite(by, way="link", role=role_by_key(by.session, "viewer"))
        return found | {
            "user_id": str(bob.user_id),
            "role_id": str(role_by_key(by.session, "viewer").id),
            "team_id": str(team.id),
            "invitation_id": str(made.invitation.id),
            "secret": made.url.rpartition("/")[2],
        }


def put(owner: Engine, workspace: Workspace, state: State) -> None:
    """Bring a workspace into a state, as it is seen at once."""
    set_state(owner, workspace.facts.slug, state, "put", now=clock.now())
    resolve.forget()


def urls(case: Case, ids: dict[str, str]) -> list[str]:
    """The addresses of a case, once for each record type where it takes one."""
    words = {"name": "complete", "action": "complete", "key": "name", "token_id": ids["user_id"]}
    words |= {"number": "1", "size": "small", "link": "guess", "day": "2026-12-01"}
    words |= {"kind": "account", "currency": "EUR", "verb": "complete"}
    nobodys = {name: ids["user_id"] for name in case.rule.arguments if name.endswith("_id")}
    others = dict.fromkeys(case.rule.arguments, "guess")
    known = others | nobodys | words | ids
    if "collection" not in case.rule.arguments:
        return [case.url(known)]
    return [
        case.url({**known, "collection": one.collection, "record_id": ids[one.key]})
        for one in registry()
    ]


def is_own_affair(case: Case) -> bool:
    return case.rule.rule.startswith((*OWN_AFFAIRS, *EXPORTS))


def test_nothing_is_changed_in_a_workspace_that_is_past_due(
    app: Flask,
    acme: Workspace,
    alice: Person,
    ids: dict[str, str],
    owner: Engine,
    laundry: Laundry,
    program: Programs,
) -> None:
    api, browser = program(alice), alice.client
    form = FORM | {key: ids[key] for key in ("role_id", "team_id")}
    form |= {"like": ids["role_id"], "id": ids["contact"], "owner_id": str(alice.user_id)}
    put(owner, acme, State.PAST_DUE)
    before = digest(laundry, acme.facts)
    for case in of_workspace(app):
        if case.method not in UNSAFE or is_own_affair(case):
            continue
        for url in urls(case, ids):
            if case.access.who is Who.TOKEN:
                told = api.call(case.method, url.removeprefix("/api/v1/"), {})
            else:
                told = browser.open(url, method=case.method, data=form)
            # A route that takes files looks at the kind of what was sent first: 415.
            refused = (303, 403, 404, 422, *((415,) if case.access.takes_files else ()))
            shows = told.status_code == 200 and case.rule.rule in SHOWN
            assert shows or told.status_code in refused, f"{case}: {told.status_code}"
            assert digest(laundry, acme.facts) == before, f"{case} {url}: {told.status_code}"


def test_a_workspace_that_is_past_due_is_read_by_page_and_api(
    acme: Workspace, alice: Person, ids: dict[str, str], owner: Engine, program: Programs
) -> None:
    api = program(alice)
    put(owner, acme, State.PAST_DUE)
    for one in registry():
        assert alice.client.get(f"/{one.collection}/{ids[one.key]}").status_code == 200
        assert api.get(f"{one.collection}/{ids[one.key]}").status_code == 200
        refused = api.patch(f"{one.collection}/{ids[one.key]}", {})
        assert refused.status_code == 403
        assert "read-only" in refused.json["detail"]
    assert visitor_signs_in(alice).status_code == 303


def test_a_suspended_workspace_opens_for_signing_in_alone(
    app: Flask,
    acme: Workspace,
    alice: Person,
    ids: dict[str, str],
    owner: Engine,
    laundry: Laundry,
    program: Programs,
) -> None:
    api, browser = program(alice), alice.client
    put(owner, acme, State.SUSPENDED)
    before = digest(laundry, acme.facts)
    for case in of_workspace(app):
        if case.access.while_suspended:
            continue
        for url in urls(case, ids):
            if case.access.who is Who.TOKEN:
                told = api.call(case.method, url.removeprefix("/api/v1/"))
            else:
                told = browser.open(url, method=case.method, data=FORM)
            assert told.status_code == 403, f"{case}: {told.status_code}"
            assert "suspended" in told.text, str(case)
            assert "Fence" not in told.text, str(case)
    assert digest(laundry, acme.facts) == before
    open_rules = {case.rule.rule for case in of_workspace(app) if case.access.while_suspended}
    assert {rule for rule in open_rules if not rule.startswith((*OWN_AFFAIRS, *EXPORTS))} == {
        "/palette",  # Names of pages and keys alone, and of the pages that are open then.
        "/preview/end",  # Whoever looked as another role when it came is led out.
        "/settings",
        "/settings/me",
        "/shortcuts",
    }
    assert visitor_signs_in(alice).status_code == 303


def test_a_suspended_workspace_says_so_in_the_reader_s_language(
    acme: Workspace, alice: Person, owner: Engine
) -> None:
    put(owner, acme, State.SUSPENDED)
    for language, words in (("zh-CN", "已暂停"), ("en", "is suspended")):
        alice.client.set_cookie("lang", language, domain=acme.host)
        page = alice.client.get("/")
        assert page.status_code == 403
        assert words in page.text
        part = alice.client.get("/contacts", headers={"HX-Request": "true"})
        assert part.status_code == 403
        assert words in part.text


def test_an_erased_workspace_is_an_unknown_host(
    acme: Workspace, alice: Person, owner: Engine
) -> None:
    with Session(owner) as session, session.begin():
        session.get_one(Tenant, acme.facts.id).state = State.ERASED.value
    resolve.forget()
    for path in ("/", "/login", "/contacts", "/api/v1/contacts"):
        told = alice.client.get(path)
        assert told.status_code == 404
        assert "Acme" not in told.text


def visitor_signs_in(person: Person) -> TestResponse:
    browser = visitor(person._app(), person.workspace)
    return browser.post("/login", data={"email": person.email, "password": person.password})
