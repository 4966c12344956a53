"""Changing one's own e-mail: by password, confirmed at the new address, told to the old one."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.events import Event
from app.identity import limits
from app.identity.models import EmailChange
from app.identity.operations.passwords import find_reset, send_reset
from app.identity.operations.roles import role_by_key
from app.identity.operations.users import create_user
from app.kernel.errors import Missing
from app.mail.render import render
from tests.cast import PASSWORD, Person, visitor
from tests.identity.conftest import turn_on_two_factor, type_password
from tests.isolation.routes import plain

NEW = "alice@new.example"


def test_the_link_at_the_new_address_changes_it_and_the_old_one_is_told(app, acme, alice, outbox):
    secret = asked(alice, outbox)
    assert alice.user.email == alice.email
    page = alice.client.get(f"/settings/me/email/{secret}")
    assert NEW in page.text
    assert alice.user.email == alice.email, "Looking is not confirming."
    assert confirm(alice, secret).location == "/settings/me"
    assert alice.user.email == NEW
    assert (outbox.last.to, outbox.last.template) == (alice.email, "identity/email_changed")
    assert type_password(visitor(app, acme), alice.email, alice.password).status_code == 422
    assert type_password(visitor(app, acme), NEW.upper(), alice.password).status_code == 303


def test_it_takes_the_password(alice, outbox):
    answer = alice.client.post("/settings/me/email", data={"email": NEW, "password": "not it"})
    assert answer.status_code == 422
    assert f'value="{NEW}"' in answer.text
    assert outbox.mails == []


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b", "x" * 250 + "@new.example", "a b@c.example"]
)
def test_an_address_that_is_none_is_refused_beside_its_field(alice, outbox, address):
    form = {"email": address, "password": alice.password}
    answer = alice.client.post("/settings/me/email", data=form)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert outbox.mails == []


def test_the_present_address_is_no_change_but_another_spelling_is(alice, outbox):
    form = {"email": alice.email, "password": alice.password}
    assert alice.client.post("/settings/me/email", data=form).status_code == 422
    spelled = alice.email.replace("alice", "Alice")
    secret = asked(alice, outbox, spelled)
    assert confirm(alice, secret).status_code == 303
    assert alice.user.email == spelled


def test_the_answer_is_the_same_whether_a_colleague_has_the_address(acme, alice, bob, outbox):
    free = alice.client.post(
        "/settings/me/email", data={"email": "free@acme.example", "password": alice.password}
    )
    shown = plain(alice.client.get("/settings/me"))
    taken = alice.client.post(
        "/settings/me/email", data={"email": "BOB@acme.example", "password": alice.password}
    )
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    now = plain(alice.client.get("/settings/me"))
    assert now.replace("BOB@acme.example", "free@acme.example") == shown
    assert [mail.template for mail in outbox.mails] == [
        "identity/email_change",
        "identity/email_taken",
    ]
    assert outbox.last.to == bob.email
    assert "url" not in outbox.last.values


def test_a_link_works_once_and_dies_after_a_day(acme, alice, outbox, clock):
    secret = asked(alice, outbox)
    assert confirm(alice, secret).status_code == 303
    fresh = alice.sign_in()
    assert fresh.get(f"/settings/me/email/{secret}").status_code == 404
    assert fresh.post(f"/settings/me/email/{secret}").status_code == 404
    again = asked(alice, outbox, "third@new.example", browser=fresh)
    clock.shift(timedelta(hours=24))
    assert fresh.get(f"/settings/me/email/{again}").status_code == 404


def test_a_second_link_ends_the_first_and_so_does_a_new_password_or_a_second_thought(alice, outbox):
    first, second = asked(alice, outbox), asked(alice, outbox, "second@new.example")
    assert confirm(alice, first).status_code == 404
    assert alice.client.post("/settings/me/email/cancel").status_code == 303
    assert confirm(alice, second).status_code == 404
    third = asked(alice, outbox)
    form = {"present": alice.password, "new": "a quite different sentence"}
    assert alice.client.post("/settings/me/password", data=form).status_code == 303
    assert alice.client.get(f"/settings/me/email/{third}").status_code == 404
    assert alice.user.email == alice.email


def test_the_link_is_nothing_for_who_is_somebody_else_or_nobody(
    app, acme, globex, alice, bob, charlie, outbox
):
    """An address that was mistyped is a stranger's, who then holds the link and nothing else."""
    secret = asked(alice, outbox)
    path = f"/settings/me/email/{secret}"
    assert visitor(app, acme).get(path).status_code == 302
    assert visitor(app, acme).post(path).status_code in (302, 401)
    for person in (bob, charlie):
        assert person.client.get(path).status_code == 404
        assert person.client.post(path).status_code == 404
    assert alice.user.email == alice.email


def test_sessions_elsewhere_and_reset_links_end(acme, alice, outbox, clock):
    other = alice.sign_in()
    with acme.acting() as by:
        send_reset(by, login=alice.email)
    reset = outbox.last.secret
    assert confirm(alice, asked(alice, outbox)).status_code == 303
    assert other.get("/settings/me").status_code == 302
    assert alice.client.get("/settings/me").status_code == 200
    with acme.scope() as session, pytest.raises(Missing):
        find_reset(session, reset, clock.now)


def test_the_second_step_stays(app, acme, alice, outbox):
    turn_on_two_factor(alice)
    assert confirm(alice, asked(alice, outbox)).status_code == 303
    assert type_password(visitor(app, acme), NEW, alice.password).location == "/login/code"


def test_an_address_that_was_taken_meanwhile_stays_with_who_has_it(acme, alice, outbox):
    secret = asked(alice, outbox)
    with acme.acting(alice) as by:
        role = role_by_key(by.session, "viewer")
        create_user(by, email=NEW, name="Erin Eames", role=role, password=PASSWORD)
    assert confirm(alice, secret).status_code == 404
    assert alice.user.email == alice.email


def test_the_same_address_at_another_workspace_is_no_matter(app, globex, charlie, alice, outbox):
    secret = asked(charlie, outbox, alice.email)
    assert outbox.last.template == "identity/email_change"
    assert confirm(charlie, secret).status_code == 303
    assert charlie.user.email == alice.user.email == alice.email


def test_mails_to_new_addresses_are_limited(alice, outbox):
    for turn in range(limits.EMAIL_CHANGE.n):
        asked(alice, outbox, f"a{turn}@new.example")
    form = {"email": NEW, "password": alice.password}
    assert alice.client.post("/settings/me/email", data=form).status_code == 429
    assert len(outbox.mails) == limits.EMAIL_CHANGE.n


def test_who_may_only_read_changes_their_own_and_the_audit_tells(acme, alice, dora, outbox):
    assert confirm(dora, asked(dora, outbox, "dora@new.example")).status_code == 303
    with acme.scope() as session:
        event = session.scalars(select(Event).where(Event.verb == "email_changed")).one()
        assert event.record_id == dora.user_id
        assert event.changes == {"email": [dora.email, "dora@new.example"]}
        assert session.scalar(select(func.count()).select_from(EmailChange)) == 0
    assert "Changed the e-mail" in alice.client.get("/settings/audit").text


def test_the_links_are_of_the_workspace_s_own_host_and_kept_as_digests(acme, alice, outbox):
    secret = asked(alice, outbox)
    assert str(outbox.last.values["url"]).startswith(f"http://{acme.host}/settings/me/email/")
    with acme.scope() as session:
        assert secret not in session.scalars(select(EmailChange.digest)).one()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_mails_read_whole_in_both_languages(language):
    values = {
        "workspace": "Acme",
        "workspace_url": "http://x",
        "name": "Alice",
        "asker": "Bob",
        "url": "http://x/y",
        "hours": 24,
    }
    for template in ("email_change", "email_taken", "email_changed"):
        mail = render(f"identity/{template}", values, language)
        assert "Acme" in mail.subject
        assert "%(" not in mail.text
        assert ("您" in mail.text) == (language == "zh-CN")


def asked(person: Person, outbox, address=NEW, browser=None) -> str:
    """Ask for another address; the answer is the secret in the link that was mailed there."""
    form = {"email": address, "password": person.password}
    answer = (browser or person.client).post("/settings/me/email", data=form)
    assert answer.status_code == 303
    assert outbox.last.to == address
    return outbox.last.secret


def confirm(person: Person, secret: str):
    return person.client.post(f"/settings/me/email/{secret}")
