"""The first steps tick themselves, for who sets a workspace up, until they are put away."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import update

from app.identity.models import EmailChange, User
from app.identity.operations.invitations import accept_invitation, invite
from app.identity.operations.roles import role_by_key
from app.identity.operations.sign_in import Visit
from app.kernel import clock
from app.kernel.errors import Refused
from app.records.door import perform
from tests.cast import PASSWORD, Person, Workspace


@pytest.fixture
def fresh_alice(acme: Workspace, alice: Person) -> Person:
    """Alice, as if she had just signed up."""
    with acme.scope() as session:
        mine = update(User).where(User.id == alice.user_id)
        session.execute(mine.values(has_first_steps=True, email_confirmed_at=None))
    return alice


def steps(person: Person) -> dict[str, bool]:
    """The steps on Home, and which of them are done."""
    page = person.client.get("/").text
    found = re.findall(r'class="first-step( is-done)?">.*?<b>([^<]+)', page, re.DOTALL)
    return {label.strip(): bool(done) for done, label in found}


def secret_of(acme: Workspace, person: Person, monkeypatch: pytest.MonkeyPatch) -> str:
    """The secret of the link that the next press sends."""
    monkeypatch.setattr("app.identity.operations.email_proof.new_secret", lambda: "s" * 43)
    person.client.post("/settings/me/email/proof", data={"next": "/"})
    return "s" * 43


def test_colleagues_have_no_steps(alice: Person, bob: Person) -> None:
    assert steps(alice) == {}
    assert steps(bob) == {}


def test_each_step_ticks_itself(acme: Workspace, fresh_alice: Person) -> None:
    before = steps(fresh_alice)
    assert before["Bring your customers along"] is False
    assert before["Invite your colleagues"] is True  # Bob and Dora are there.
    with acme.acting(fresh_alice) as by:
        account = perform("account", "create", by=by, name="Fence & Sons")
        perform("activity", "create", by=by, kind="task", subject="Call", account_id=account.id)
    after = steps(fresh_alice)
    assert {label for label in after if after[label] and not before[label]} == {
        "Bring your customers along",
        "Plan the first next step",
    }


def test_hours_that_are_right_are_kept_by_one_press_and_the_letterhead_leads_back(
    fresh_alice: Person,
) -> None:
    client = fresh_alice.client
    assert steps(fresh_alice)["Say when you work"] is False
    assert 'action="/settings/business-hours/keep"' in client.get("/").text
    client.post("/settings/business-hours/keep", data={"next": "/"})
    assert steps(fresh_alice)["Say when you work"] is True
    form = client.get("/settings/documents?next=/").text
    assert '<input type="hidden" name="next" value="/">' in form
    (version,) = re.findall(r'name="version" value="(\d+)"', form)
    saved = client.post(
        "/settings/documents", data={"next": "/", "version": version, "colour": "#1f6f54"}
    )
    assert (saved.status_code, saved.location) == (303, "/")
    assert steps(fresh_alice)["Say who you are"] is True
    page = client.get("/settings/documents?next=//evil.example").text
    assert 'name="next"' not in page[page.index('id="letterhead-form"') :].split("</form>", 1)[0]


def test_the_fiscal_year_alone_says_when_one_works_and_leads_back(fresh_alice: Person) -> None:
    client = fresh_alice.client
    assert 'href="/settings/business-hours?next=/">Business hours' in client.get("/").text
    page = client.get("/settings/business-hours?next=/").text
    assert '<input type="hidden" name="next" value="/">' in page
    form = {"next": "/", "first_month": "4", "named_by": "end"}
    saved = client.post("/settings/business-hours", data=form)
    assert (saved.status_code, saved.location) == (303, "/")
    assert steps(fresh_alice)["Say when you work"] is True
    home = client.get("/").text
    assert 'href="/settings/business-hours?next=/">Business hours' in home  # Hours may follow.
    assert "/settings/business-hours/keep" not in home


def test_they_are_put_away(fresh_alice: Person) -> None:
    assert steps(fresh_alice)
    assert fresh_alice.client.post("/home/first-steps/end").status_code == 303
    assert steps(fresh_alice) == {}


def test_a_link_confirms_the_mail_once(
    acme: Workspace, fresh_alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Confirm your e-mail by the link" in fresh_alice.client.get("/accounts").text
    secret = secret_of(acme, fresh_alice, monkeypatch)
    place = f"/settings/me/email/{secret}"
    assert bob.client.get(place).status_code == 404
    assert "alice@acme.example is yours" in fresh_alice.client.get(place).text
    assert fresh_alice.user.email_confirmed_at is None  # Looking at the page is not enough.
    assert fresh_alice.client.post(place).location == "/"
    assert fresh_alice.user.email_confirmed_at is not None
    assert fresh_alice.client.post(place).status_code == 404
    assert "Confirm your e-mail by the link" not in fresh_alice.client.get("/accounts").text
    assert steps(fresh_alice)["Confirm your e-mail"] is True
    with acme.scope() as session:
        assert session.query(EmailChange).count() == 0


def test_until_then_nobody_is_invited_by_mail_in_that_name(
    acme: Workspace, fresh_alice: Person
) -> None:
    with acme.scope() as session:
        role_id = str(role_by_key(session, "sales_rep").id)
    form = {"way": "mail", "email": "eve@fir.example", "role_id": role_id, "max_uses": "1"}
    answer = fresh_alice.client.post("/settings/people/invite", data=form)
    assert answer.status_code == 422
    assert "Confirm your own e-mail first" in answer.text
    answer = fresh_alice.client.post("/settings/people/invite", data={**form, "way": "qr"})
    assert answer.status_code == 200
    assert "<svg" in answer.text


def join(app: Flask, inviter: Person, role: str, *, way: str) -> User:
    """Somebody joins whom `inviter` asked."""
    acme = Workspace(inviter.workspace.facts, app)
    with acme.scope() as session:
        by = acme.actor(inviter)
        email = f"{way}-{role}@fir.example"
        made = invite(by, way=way, role=role_by_key(session, role), email=email)
        opened = accept_invitation(
            session,
            acme.facts,
            secret=made.url.rpartition("/")[2],
            name="Eve Elm",
            email=email,
            password=PASSWORD,
            now=clock.now(),
            visit=Visit(),
        )
        session.flush()
        session.expunge_all()
        return opened.user


def test_who_joins_by_qr_code_has_yet_to_confirm_and_by_mail_has_not(
    alice: Person, app: Flask
) -> None:
    assert join(app, alice, "sales_rep", way="qr").email_confirmed_at is None
    assert join(app, alice, "sales_rep", way="mail").email_confirmed_at is not None


def test_a_further_administrator_shares_the_steps(fresh_alice: Person, app: Flask) -> None:
    assert join(app, fresh_alice, "admin", way="qr").has_first_steps
    assert not join(app, fresh_alice, "sales_rep", way="qr").has_first_steps


def test_the_refusal_is_for_the_person_and_not_for_the_service(
    acme: Workspace, bob: Person
) -> None:
    from app.identity.operations.email_proof import require_proof

    with acme.scope() as session:
        session.execute(update(User).values(email_confirmed_at=None))
    with acme.acting() as by:
        require_proof(by)
    with acme.acting(bob) as by, pytest.raises(Refused):
        require_proof(by)
