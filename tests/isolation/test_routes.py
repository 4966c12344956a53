"""Every route against strangers: no host, no session, another tenant's session, foreign ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from flask import Flask

from app.identity.models import Invitation, Role, Team, User
from app.identity.operations.tokens import create_token
from app.modules import install_record_types
from app.records.registry import registry
from app.web.access import Side, Who
from tests.cast import Person, Workspace, visitor
from tests.conformance.examples import make
from tests.factories import make_file
from tests.isolation.routes import NEVER_USED, UNSAFE, Case, cases, guarded, of_workspace, plain
from tests.isolation.state import digest
from tests.laundry import Laundry

install_record_types()

# Arguments that are no ids: a value with which the route is reached.
WORDS = {
    "collection": "accounts",
    "name": "complete",
    "action": "complete",
    "key": "name",
    "secret": "guess",
    "token": "guess",
    "mail_id": "guess",
    "filename": "guess",
    "verb": "complete",
    "kind": "account",
    "number": "1",
    "size": "small",
}
SIDES = {Side.SERVICE: "service", Side.WORKSPACE: "workspace"}


def ids(case: Case, value: object) -> dict[str, str]:
    """The arguments of a case with every id the same."""
    return {name: WORDS.get(name, str(value)) for name in case.rule.arguments}


@pytest.fixture
def theirs(globex: Workspace) -> Mapping[str, str]:
    """Ids that exist at Globex, by the argument that would name them at Acme."""
    with globex.scope() as session:
        by = globex.actor()
        found = {one.key: str(make(one, by).id) for one in registry()}
        found["user_id"] = str(session.query(User.id).limit(1).scalar())
        found["role_id"] = str(session.query(Role.id).limit(1).scalar())
        found["team_id"] = str(session.query(Team.id).limit(1).scalar())
        found["file_id"] = str(make_file(by, "account", found["account"]).id)
        found["invitation_id"] = str(session.query(Invitation.id).limit(1).scalar() or NEVER_USED)
    return found


def foreign(case: Case, theirs: Mapping[str, str]) -> dict[str, str]:
    """The arguments of a case filled with ids of the other tenant."""
    return {
        name: WORDS.get(name) or theirs.get(name) or theirs["account"]
        for name in case.rule.arguments
    }


def test_every_argument_of_a_route_can_be_attacked(app: Flask) -> None:
    for case in of_workspace(app):
        case.url(ids(case, NEVER_USED))


def test_a_route_answers_at_no_unknown_host(app: Flask) -> None:
    browser = app.test_client()
    for case in cases(app):
        if case.access.side is Side.ANY:
            continue
        url = case.url(ids(case, NEVER_USED))
        answer = browser.open(url, method=case.method, base_url="http://nobody.zuke.test")
        assert answer.status_code == 404, str(case)


def test_a_route_answers_only_on_its_own_side(app: Flask, alice: Person) -> None:
    service = visitor(app)
    for case in cases(app):
        url = case.url(ids(case, NEVER_USED))
        if case.access.side is Side.WORKSPACE:
            assert service.open(url, method=case.method).status_code == 404, str(case)
        elif case.access.side is Side.SERVICE:
            assert alice.client.open(url, method=case.method).status_code == 404, str(case)


def test_a_visitor_is_led_to_sign_in_and_changes_nothing(
    app: Flask, acme: Workspace, laundry: Laundry
) -> None:
    before = digest(laundry, acme.facts)
    browser = visitor(app, acme)
    for case in guarded(app):
        answer = browser.open(case.url(ids(case, NEVER_USED)), method=case.method)
        if case.access.who is Who.TOKEN:
            assert answer.status_code == 401, str(case)
        else:
            assert answer.status_code == 302, str(case)
            assert answer.location.startswith("/login"), str(case)
    assert digest(laundry, acme.facts) == before


def test_a_session_of_another_workspace_is_unknown_here(
    app: Flask, acme: Workspace, charlie: Person, laundry: Laundry
) -> None:
    before = digest(laundry, acme.facts)
    cookie = charlie.client.get_cookie("session", domain=charlie.workspace.host)
    assert cookie is not None
    browser = visitor(app, acme)
    browser.set_cookie("session", cookie.value, domain=acme.host)
    for case in guarded(app):
        answer = browser.open(case.url(ids(case, NEVER_USED)), method=case.method)
        assert answer.status_code in (302, 401), str(case)
        assert "Globex" not in answer.get_data(as_text=True)
    assert digest(laundry, acme.facts) == before


def test_a_token_of_another_workspace_is_unknown_here(
    app: Flask, acme: Workspace, globex: Workspace, charlie: Person
) -> None:
    with globex.acting(charlie) as by:
        mine = by.session.get_one(User, charlie.user_id)
        raw = create_token(by, mine, name="Theirs").secret
    browser = visitor(app, acme)
    for case in guarded(app):
        if case.access.who is Who.TOKEN:
            headers = {"Authorization": f"Bearer {raw}"}
            url = case.url(ids(case, NEVER_USED))
            answer = browser.open(url, method=case.method, headers=headers)
            assert answer.status_code == 401, str(case)


def test_no_change_is_taken_without_the_forgery_token(
    app: Flask, acme: Workspace, alice: Person, laundry: Laundry
) -> None:
    browser = alice.client
    before = digest(laundry, acme.facts)
    for case in of_workspace(app):
        # An address that proves itself takes the place of the token (see `Access.by_address`).
        is_asked = case.access.who is not Who.TOKEN and not case.access.by_address
        if case.method in UNSAFE and is_asked:
            url = case.url(ids(case, NEVER_USED))
            answer = browser.open(url, method=case.method, csrf=False)
            assert answer.status_code == 400, f"{case}: {answer.status_code}"
    assert digest(laundry, acme.facts) == before


def test_a_forgery_token_of_another_visit_is_refused(
    app: Flask, acme: Workspace, alice: Person, charlie: Person
) -> None:
    headers = {"X-CSRFToken": charlie.client.token or ""}
    answer = alice.client.post("/accounts/new", data={"name": "Fence"}, csrf=False, headers=headers)
    assert answer.status_code == 400


def test_a_foreign_id_is_answered_like_one_that_never_was(
    app: Flask,
    acme: Workspace,
    alice: Person,
    theirs: Mapping[str, str],
    laundry: Laundry,
    globex: Workspace,
) -> None:
    browser = alice.client
    before = digest(laundry, acme.facts), digest(laundry, globex.facts)
    for case in guarded(app):
        if not case.takes_ids or case.access.who is Who.TOKEN:
            continue
        for kind in collections(case):
            here = {"collection": kind} if "collection" in case.rule.arguments else {}
            own = {"record_id": theirs[key_of(kind)]} if "record_id" in case.rule.arguments else {}
            real = browser.open(
                case.url({**foreign(case, theirs), **own, **here}), method=case.method
            )
            never = browser.open(case.url({**ids(case, NEVER_USED), **here}), method=case.method)
            assert real.status_code in (404, 422), f"{case} {kind}: {real.status_code}"
            assert real.status_code == never.status_code, str(case)
            assert same(real, never, theirs), f"{case} {kind}"
    assert (digest(laundry, acme.facts), digest(laundry, globex.facts)) == before


def collections(case: Case) -> Iterator[str]:
    """The collections to try with a case: all, or one where the address names none."""
    if "collection" in case.rule.arguments:
        yield from (one.collection for one in registry())
    else:
        yield "accounts"


def key_of(collection: str) -> str:
    found = registry().named(collection)
    assert found is not None
    return found.key


def same(real: object, never: object, theirs: Mapping[str, str]) -> bool:
    """True when two answers tell the same, but for the id that each was asked with."""
    told = plain(real)  # type: ignore[arg-type]
    for value in theirs.values():
        told = told.replace(value, str(NEVER_USED))
    return told == plain(never)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host",
    [
        "acme.zuke.test.evil.example",
        "acme.zuke.test@evil.example",
        "evil.example",
        "acme..zuke.test",
        "acme.zuke.test:80:80",
        "[::1]",
        "ａcme.zuke.test",
    ],
)
def test_a_forged_host_reaches_nobody(app: Flask, alice: Person, host: str) -> None:
    answer = app.test_client().get(
        "/login", headers={"Host": host, "X-Forwarded-Host": "acme.zuke.test"}
    )
    assert answer.status_code in (400, 404)
    assert "Acme" not in answer.get_data(as_text=True)
