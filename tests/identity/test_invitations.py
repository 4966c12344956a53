"""Invitations by mail, link and QR code."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.identity.models import Invitation, User
from app.identity.operations.invitations import find_invitation, invite, revoke_invitation
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import disable_user, find_by_email
from app.kernel.errors import Missing, NotPermitted, Refused
from tests.cast import visitor

JOINING = {"name": "Erin Eastwood", "password": "a quite different sentence"}


def test_an_invitation_by_mail_makes_a_user_once(app, acme, alice, outbox):
    secret = invited(acme, alice, way="mail", email="erin@acme.example")
    assert outbox.last.to == "erin@acme.example"
    browser = visitor(app, acme)
    assert "erin@acme.example" in browser.get(f"/invitations/{secret}").text
    answer = browser.post(f"/invitations/{secret}", data={**JOINING, "email": "x@evil.example"})
    assert answer.status_code == 303
    assert browser.get("/settings/me").status_code == 200
    with acme.scope() as session:
        erin = find_by_email(session, "erin@acme.example")
        assert erin is not None
        assert erin.role.key == "viewer"
        assert find_by_email(session, "x@evil.example") is None
    again = visitor(app, acme)
    assert again.post(f"/invitations/{secret}", data=JOINING).status_code == 404


def test_a_link_lets_as_many_in_as_it_says(app, acme, alice, outbox):
    secret = invited(acme, alice, way="link", max_uses=2)
    for number, status in ((1, 303), (2, 303), (3, 404)):
        form = {**JOINING, "email": f"e{number}@acme.example"}
        assert visitor(app, acme).post(f"/invitations/{secret}", data=form).status_code == status


def test_who_joins_by_a_code_keeps_the_language_in_which_they_read_the_page(
    app, acme, alice, outbox
):
    for number, (chosen, wanted) in enumerate((("", "zh-CN"), ("zh-TW", "zh-TW"))):
        secret = invited(acme, alice, way="qr", language=chosen)
        phone = visitor(app, acme)
        chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
        assert "加入" in phone.get(f"/invitations/{secret}", headers=chinese).text
        form = {**JOINING, "email": f"e{number}@acme.example"}
        phone.post(f"/invitations/{secret}", data=form, headers=chinese)
        with acme.scope() as session:
            joined = find_by_email(session, form["email"])
            assert joined is not None
            assert joined.language == wanted
        if not chosen:
            home = phone.get("/", headers={"Accept-Language": "en"})
            assert '<html lang="zh-Hans-CN"' in home.text


def test_what_was_typed_wrong_stays_and_nothing_is_used_up(app, acme, alice, outbox):
    secret = invited(acme, alice, way="link")
    form = {"name": "Erin", "email": "erin@acme.example", "password": "short"}
    answer = visitor(app, acme).post(f"/invitations/{secret}", data=form)
    assert answer.status_code == 422
    assert "erin@acme.example" in answer.text
    with acme.scope() as session:
        assert session.scalars(select(Invitation.uses)).one() == 0


def test_an_invitation_ends_after_a_week_and_when_it_is_withdrawn(acme, alice, outbox, clock):
    old, withdrawn = invited(acme, alice, way="link"), invited(acme, alice, way="qr")
    with acme.acting(alice) as by:
        row = find_invitation(by.session, withdrawn, by.now)
        revoke_invitation(by, row.id)
    with acme.scope() as session, pytest.raises(Missing):
        find_invitation(session, withdrawn, clock.now)
    clock.shift(timedelta(days=7))
    with acme.scope() as session, pytest.raises(Missing):
        find_invitation(session, old, clock.now)


def test_invitations_of_somebody_who_was_disabled_are_dead(acme, alice, bob, outbox, clock):
    with acme.scope() as session:
        session.get_one(User, bob.user_id).role = role_by_key(session, "admin")
    secret = invited(acme, bob, way="link")
    with acme.acting(alice) as by:
        disable_user(by, by.session.get_one(User, bob.user_id))
    with acme.scope() as session, pytest.raises(Missing):
        find_invitation(session, secret, clock.now)


def test_nobody_is_invited_twice(acme, alice, bob, outbox):
    with acme.acting(alice) as by, pytest.raises(Refused):
        invite(by, way="mail", role=role_by_key(by.session, "viewer"), email=bob.email.upper())


def test_nobody_invites_to_more_than_they_may_do(acme, bob, outbox):
    with acme.scope() as session:
        session.get_one(User, bob.user_id).role = role_by_key(session, "admin")
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        invite(by, way="mail", role=role_by_key(by.session, "owner"), email="erin@acme.example")


def test_a_rep_invites_nobody(acme, bob):
    assert bob.client.get("/settings/people/invite").status_code == 403
    with acme.acting(bob) as by, pytest.raises(NotPermitted):
        invite(by, way="link", role=role_by_key(by.session, "viewer"))


@pytest.mark.parametrize(
    "email", ["a@b.example\r\nBcc: x@y.example", "a@b.example\n", "a\u2028@b.example", "no address"]
)
def test_an_address_that_could_split_a_mail_is_refused_or_trimmed(acme, alice, outbox, email):
    with acme.acting(alice) as by:
        try:
            invite(by, way="mail", role=role_by_key(by.session, "viewer"), email=email)
        except Refused:
            return
    assert outbox.last.to == "a@b.example"


def test_a_qr_code_is_shown_with_its_link(alice, acme, outbox):
    with acme.scope() as session:
        role_id = role_by_key(session, "viewer").id
    form = {"way": "qr", "role_id": str(role_id), "max_uses": "5"}
    answer = alice.client.post("/settings/people/invite", data=form)
    assert answer.status_code == 200
    assert "<svg" in answer.text
    assert f"http://{acme.host}/invitations/" in answer.text


def invited(workspace, person, *, way, email="", max_uses=1, language=""):
    with workspace.acting(person) as by:
        role = role_by_key(by.session, "viewer")
        more = {"email": email, "max_uses": max_uses, "language": language}
        return invite(by, way=way, role=role, **more).url.rpartition("/")[2]


def test_what_the_chosen_way_does_not_ask_for_is_no_matter(acme, alice, outbox):
    with acme.scope() as session:
        viewer = str(role_by_key(session, "viewer").id)
    by_mail = {"way": "mail", "email": "erin@acme.example", "role_id": viewer, "max_uses": "x"}
    assert alice.client.post("/settings/people/invite", data=by_mail).status_code == 303
    by_link = {"way": "link", "email": "no address", "role_id": viewer, "max_uses": "2"}
    assert alice.client.post("/settings/people/invite", data=by_link).status_code == 200
