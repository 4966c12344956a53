"""API tokens: shown once, narrowed, dead with their user."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.identity.actors import actor_for, find_token
from app.identity.models import ApiToken, User
from app.identity.operations.tokens import create_token, revoke_token
from app.identity.operations.users import disable_user
from app.kernel.errors import NotPermitted, Refused


def test_a_token_is_kept_as_a_digest_only(acme, alice):
    secret = made(acme, alice)
    assert secret.startswith("zk_")
    with acme.scope() as session:
        row = session.scalars(select(ApiToken)).one()
    assert secret not in (row.digest, row.prefix)
    assert secret.startswith(row.prefix)


def test_a_token_acts_with_its_user_s_rights_narrowed_by_its_scopes(acme, alice, clock):
    secret = made(acme, alice, scopes=("user:manage",))
    by = actor_by(acme, secret, clock.now)
    assert by.may("user", "manage")
    assert not by.may("role", "manage")


def test_a_token_is_never_stronger_than_its_user(acme, dora, clock):
    with acme.acting() as by:
        user = by.session.get_one(User, dora.user_id)
        secret = create_token(by, user, name="Report").secret
    assert not actor_by(acme, secret, clock.now).may("user", "manage")


def test_nobody_puts_into_a_token_what_they_lack(acme, bob):
    with acme.acting(bob) as by:
        user = by.session.get_one(User, bob.user_id)
        with pytest.raises(NotPermitted):
            create_token(by, user, name="Mine", scopes=("user:manage",))
        with pytest.raises(Refused):
            create_token(by, user, name="Mine", scopes=("nothing:read",))


def test_a_token_is_made_for_oneself_only(acme, alice, bob):
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        create_token(by, by.session.get_one(User, alice.user_id), name="Hers")


def test_a_token_makes_no_tokens(acme, alice):
    with acme.scope() as session:
        user = session.get_one(User, alice.user_id)
        now = acme.actor().now
        by = actor_for(session, acme.facts, user, now, "api", scopes=frozenset({"*"}))
        with pytest.raises(NotPermitted):
            create_token(by, user, name="Child")


def test_a_token_ends_on_its_day_when_revoked_and_with_its_user(acme, alice, bob, clock):
    until = clock.now + timedelta(days=1)
    short, revoked, orphan = made(acme, bob, expires_at=until), made(acme, bob), made(acme, bob)
    with acme.acting(bob) as by:
        use = find_token(by.session, revoked, by.now)
        revoke_token(by, use.token.id)
        assert find_token(by.session, revoked, by.now) is None
        assert find_token(by.session, short, until) is None
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, bob.user_id))
        assert find_token(by.session, orphan, by.now) is None


def test_somebody_else_s_token_is_revoked_with_the_right_only(acme, alice, bob, dora):
    secret = made(acme, alice)
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        revoke_token(by, find_token(by.session, secret, by.now).token.id)
    theirs = made(acme, bob)
    with acme.acting(alice) as by:
        revoke_token(by, find_token(by.session, theirs, by.now).token.id)


def test_a_token_is_shown_once_in_the_browser(acme, alice):
    form = {"name": "Report", "all": "1"}
    shown = alice.client.post("/settings/me/tokens/new", data=form)
    secret = shown.text.partition("<code>")[2].partition("</code>")[0]
    assert secret.startswith("zk_")
    assert secret not in alice.client.get("/settings/me").text


def made(workspace, person, **options):
    with workspace.acting(person) as by:
        user = by.session.get_one(User, person.user_id)
        return create_token(by, user, name="Report", **options).secret


def actor_by(workspace, secret, now):
    with workspace.scope() as session:
        use = find_token(session, secret, now)
        return actor_for(session, workspace.facts, use.user, now, "api", scopes=use.scopes)
