"""Mails are signed for a domain once its record was found, and for no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import dkim
import dns.resolver
import pytest
from sqlalchemy import select, update

from app.mail.messages.jobs import JOBS, check_mail_domains
from app.mail.outgoing import domains
from app.mail.outgoing.domains import CannotAsk, look_up
from app.mail.outgoing.models import MailDomain
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.conftest import PostOffice
from tests.mail.customers import Customer, post_mail

TEN_SECONDS = timedelta(seconds=11)
PLACE = "/settings/mail-server"
Names = dict[str, list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """What the name servers know."""
    known: Names = {}
    real = domains.note_check

    def check(domain: MailDomain, by: object) -> None:
        real(domain, by, lambda name: known.get(name, []))  # type: ignore[arg-type]

    monkeypatch.setattr(domains, "note_check", lambda domain, by, _ask=None: check(domain, by))
    monkeypatch.setattr("app.mail.messages.jobs.note_check", check)
    return known


def only_domain(workspace: Workspace) -> MailDomain:
    with workspace.scope() as session:
        return session.scalars(select(MailDomain)).one()


def check(person: Person, domain: MailDomain) -> str:
    url = f"{PLACE}/domains/{domain.id}/check"
    return person.client.post(url, follow_redirects=True).text


def test_a_mail_is_signed_once_the_record_is_there_and_not_before(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    names: Names,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    form = {"domain": " ACME.example. "}
    assert alice.client.post(f"{PLACE}/domains", data=form).status_code == 303
    domain = only_domain(acme)
    page = alice.client.get(PLACE).text
    assert domain.record_name in page
    assert domain.record_text in page
    assert "PRIVATE KEY" not in f"{domain.private_key}{page}"
    assert "could not be confirmed" in check(alice, domain)
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert "DKIM-Signature" not in post_office.messages[-1]
    assert str(post_office.messages[-1]["From"]) == "Bob Baker <no-reply@zuke.test>"
    text = domain.record_text
    names[domain.record_name] = [f"{text[:80]} {text[80:]}"]  # As editors break it.
    assert "are signed" in check(alice, domain)
    post_mail(bob, customer, subject="报价 £5", cc="王小明 <wang@beifeng.example>")
    clock.shift(TEN_SECONDS)
    send_out()
    envelope, _to, raw = post_office.accepted[-1]
    mail = post_office.messages[-1]
    assert str(mail["From"]) == "Bob Baker <bob@acme.example>"
    assert envelope.endswith("@in.zuke.test")
    record = text.encode()
    assert dkim.verify(raw, dnsfunc=lambda *_all, **_more: record)
    for before, after in ((b"Dear Frank", b"Dear Eve"), (b"wang@beifeng", b"eve@evil")):
        assert before in raw
        assert not dkim.verify(raw.replace(before, after), dnsfunc=lambda *_a, **_m: record)


def test_another_key_or_none_signs_nothing(acme: Workspace, alice: Person, names: Names) -> None:
    alice.client.post(f"{PLACE}/domains", data={"domain": "acme.example"})
    domain = only_domain(acme)
    names[domain.record_name] = ["v=DKIM1; k=rsa; p=AAAA"]
    assert "Another key stands there" in check(alice, domain)
    names[domain.record_name] = ["nonsense", "v=DKIM1; p="]
    check(alice, domain)
    assert only_domain(acme).verified_at is None


def found(workspace: Workspace, person: Person, names: Names) -> MailDomain:
    """acme.example, its record found."""
    person.client.post(f"{PLACE}/domains", data={"domain": "acme.example"})
    domain = only_domain(workspace)
    names[domain.record_name] = [domain.record_text]
    check(person, domain)
    return domain


def look_daily(workspace: Workspace) -> None:
    """What the daily job does."""
    with workspace.acting() as by:
        check_mail_domains.run(by, {})


def test_a_record_that_is_gone_ends_the_signing_and_who_sets_mail_up_is_told(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    names: Names,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    assert check_mail_domains in JOBS
    assert check_mail_domains.every == timedelta(days=1)
    found(acme, alice, names)
    names.clear()
    look_daily(acme)
    assert only_domain(acme).verified_at is None
    assert only_domain(acme).lost_at == clock.now
    page = alice.client.get(PLACE).text
    assert "Record gone" in page
    assert "The record is gone. Until it is back" in page
    assert "The DKIM record of acme.example is gone." in alice.client.get("/notices").text
    send_out()
    told = [(to, str(mail["Subject"])) for _from, to, mail in letters(post_office)]
    assert (["alice@acme.example"], "The DKIM record of acme.example is gone") in told
    assert not [one for one in told if one[0] == ["bob@acme.example"]]
    post_office.accepted.clear()
    form = bob.client.get(f"{customer.url}/mail").text
    assert "The DKIM record of acme.example is gone since" in form
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    (mail,) = post_office.messages
    assert str(mail["From"]) == "Bob Baker <no-reply@zuke.test>"
    card = bob.client.get(customer.url).text
    assert "It came from no-reply@zuke.test, as the DKIM record of acme.example was gone." in card


def test_a_record_that_is_gone_is_looked_for_each_day_and_told_once(
    acme: Workspace,
    alice: Person,
    bob: Person,
    customer: Customer,
    names: Names,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    domain = found(acme, alice, names)
    names.clear()
    first = clock.now
    for _day in range(3):
        look_daily(acme)
        clock.shift(timedelta(days=1))
    assert only_domain(acme).lost_at == first
    send_out()
    assert len([to for _from, to, _raw in post_office.accepted if "alice@" in to[0]]) == 1
    names[domain.record_name] = [domain.record_text]
    look_daily(acme)
    again = only_domain(acme)
    assert again.verified_at is not None
    assert again.lost_at is None
    browser = alice.sign_in()
    assert "Signed for" in browser.get(PLACE).text
    notices = browser.get("/notices").text
    assert "The DKIM record of acme.example is there again." in notices
    bob.__dict__.pop("client", None)
    post_mail(bob, customer)
    clock.shift(TEN_SECONDS)
    send_out()
    assert "DKIM-Signature" in post_office.messages[-1]
    assert "was gone" not in bob.sign_in().get(customer.url).text


def test_a_record_that_comes_late_is_found_by_itself(
    acme: Workspace, alice: Person, names: Names
) -> None:
    alice.client.post(f"{PLACE}/domains", data={"domain": "acme.example"})
    domain = only_domain(acme)
    look_daily(acme)
    assert only_domain(acme).lost_at is None
    names[domain.record_name] = [domain.record_text]
    look_daily(acme)
    assert only_domain(acme).verified_at is not None


def letters(office: PostOffice) -> list[tuple[str, list[str], EmailMessage]]:
    """What was accepted, with each mail read."""
    return [
        (from_, to, mail)
        for (from_, to, _raw), mail in zip(office.accepted, office.messages, strict=True)
    ]


def test_name_servers_that_can_not_be_asked_change_nothing_and_are_told(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_all: object, **_more: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    alice.client.post(f"{PLACE}/domains", data={"domain": "acme.example"})
    monkeypatch.setattr("dns.resolver.resolve", away)
    with pytest.raises(CannotAsk):
        look_up("x.acme.example")
    assert "The name servers can’t be asked" in check(alice, only_domain(acme))
    with acme.scope() as session:
        session.execute(update(MailDomain).values(verified_at=MailDomain.created_at))
    check(alice, only_domain(acme))
    assert only_domain(acme).verified_at is not None


@pytest.mark.parametrize(
    "typed", ["", "acme", "10.0.0.1", "a b.example", "http://acme.example", "x" * 64 + ".example"]
)
def test_what_is_no_domain_is_refused(acme: Workspace, alice: Person, typed: str) -> None:
    answer = alice.client.post(f"{PLACE}/domains", data={"domain": typed})
    assert answer.status_code == 422
    assert 'id="domain-error"' in answer.text


def test_a_domain_is_there_once_in_a_workspace_and_each_has_a_key_of_its_own(
    acme: Workspace, globex: Workspace, alice: Person, charlie: Person, bob: Person
) -> None:
    form = {"domain": "acme.example"}
    for person in (alice, charlie):
        assert person.client.post(f"{PLACE}/domains", data=form).status_code == 303
    assert alice.client.post(f"{PLACE}/domains", data=form).status_code == 422
    assert bob.client.post(f"{PLACE}/domains", data=form).status_code == 403
    ours, theirs = only_domain(acme), only_domain(globex)
    assert ours.public_key != theirs.public_key
    assert ours.selector != theirs.selector
    url = f"{PLACE}/domains/{ours.id}"
    for verb in ("check", "remove"):
        assert charlie.client.post(f"{url}/{verb}").status_code == 404
    alice.client.post(f"{url}/remove")
    with acme.scope() as session:
        assert session.scalars(select(MailDomain)).all() == []
