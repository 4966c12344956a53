"""The same e-mail in two workspaces is two people who share nothing."""

import pytest
from sqlalchemy import event

from app.identity.actors import actor_for, find_signed_in, find_token
from app.identity.models import User
from app.identity.operations.invitations import find_invitation, invite
from app.identity.operations.passwords import find_reset, send_reset
from app.identity.operations.roles import role_by_key
from app.identity.operations.tokens import create_token
from app.identity.operations.users import create_user
from app.kernel.errors import Missing
from tests.cast import Person, visitor
from tests.identity.conftest import turn_on_two_factor, type_password

OTHER = "another sentence altogether"


@pytest.fixture
def namesake(globex, alice, app):
    """Somebody at Globex with Alice's e-mail and another password."""
    with globex.acting() as by:
        user = create_user(
            by,
            email=alice.email,
            name="Alice at Globex",
            role=role_by_key(by.session, "owner"),
            password=OTHER,
        )
    return Person(alice.part, globex, user.id, app, OTHER)


def test_one_s_password_is_nothing_at_the_other(app, acme, globex, alice, namesake):
    assert type_password(visitor(app, globex), alice.email, alice.password).status_code == 422
    assert type_password(visitor(app, acme), alice.email, OTHER).status_code == 422
    assert type_password(visitor(app, globex), alice.email, OTHER).status_code == 303


def test_one_s_session_is_nothing_at_the_other(app, acme, globex, alice, namesake):
    cookie = alice.client.get_cookie("session", domain=acme.host)
    stranger = visitor(app, globex)
    stranger.set_cookie("session", cookie.value, domain=globex.host)
    assert stranger.get("/settings/me").status_code == 302
    with globex.scope() as session:
        assert find_signed_in(session, cookie.value, globex.actor().now) is None


def test_one_s_reset_and_invitation_are_nothing_at_the_other(
    app, acme, globex, alice, namesake, outbox
):
    with acme.acting() as by:
        send_reset(by, login=alice.email)
    reset = outbox.last.secret
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        invitation = invite(by, way="link", role=role).url.rpartition("/")[2]
    with globex.scope() as session:
        now = globex.actor().now
        with pytest.raises(Missing):
            find_reset(session, reset, now)
        with pytest.raises(Missing):
            find_invitation(session, invitation, now)
    assert visitor(app, globex).get(f"/password/reset/{reset}").status_code == 404
    assert visitor(app, globex).get(f"/invitations/{invitation}").status_code == 404


def test_one_s_token_is_nothing_at_the_other(acme, globex, alice, namesake):
    with acme.acting(alice) as by:
        user = by.session.get_one(User, alice.user_id)
        secret = create_token(by, user, name="Report").secret
    with globex.scope() as session:
        assert find_token(session, secret, globex.actor().now) is None


def test_one_s_second_step_is_not_asked_for_at_the_other(app, globex, alice, namesake):
    turn_on_two_factor(alice)
    assert type_password(visitor(app, globex), alice.email, OTHER).location == "/"


def test_one_s_failures_don_t_lock_the_other(app, acme, globex, alice, namesake):
    browser = visitor(app, acme)
    for _attempt in range(11):
        type_password(browser, alice.email, "wrong")
    assert type_password(visitor(app, globex), alice.email, OTHER).status_code == 303


def test_a_host_header_of_another_s_making_finds_no_workspace(app, acme, alice):
    browser = visitor(app, acme)
    answer = browser.post(
        "/password/forgot",
        data={"email": alice.email},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    assert answer.status_code in (400, 404, 421)


def test_a_person_costs_at_most_three_statements_a_request(acme, bob, engine_app):
    token = bob.client.get_cookie("session", domain=acme.host).value
    statements = []
    with acme.scope() as session:
        engine = session.get_bind()
        now = acme.actor().now

        def note(_connection, _cursor, statement, *_rest):
            if not statement.startswith("SET LOCAL"):
                statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        found = find_signed_in(session, token, now)
        actor_for(session, acme.facts, found.user, now, "web")
        event.remove(engine, "before_cursor_execute", note)
    assert len(statements) <= 3
