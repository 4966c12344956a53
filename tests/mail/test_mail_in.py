"""What is sent to a person's own address lands on the right timeline, or it is told why not."""

from __future__ import annotations

import smtplib
from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from app.identity.models import User
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.mail.inbound.models import Fate, IncomingMail, Why
from app.mail.messages.models import Message, MessageLink, State
from app.mail.pages.cards import card
from app.mail.pages.finding import find_messages
from app.records.files.models import File
from app.records.pages.finding import Found
from tenants import facts
from tenants.control import Tenant
from tenants.resolve import forget
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact
from tests.mail.corpus import BOB, CORPUS, FRANK, GMAIL, Case, forwarded, html_only, plain
from tests.mail.customers import Customer, make_customer, only_message, post_mail
from tests.mail.inboxes import Inbox, address_of, only_line


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(CORPUS) >= 40
    assert len({case.name for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_every_mail_of_the_corpus_ends_where_it_should(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox, case: Case
) -> None:
    inbox.give(case.make(), address_of(bob))
    line = only_line(acme)
    assert (line.state, line.why) == (case.fate, case.why)
    page = bob.client.get(customer.url).text
    for hidden in case.hides:
        assert hidden not in page
    if case.fate != Fate.STORED:
        with acme.scope() as session:
            assert session.scalars(select(Message)).all() == []
        assert bob.client.get("/settings/me/mail-in").status_code == 200
        return
    message = only_message(acme)
    assert message.direction == case.direction
    assert message.state == (State.RECEIVED if case.direction == "in" else State.SENT)
    if case.subject is not None:
        assert message.subject == case.subject
    for shown in case.shows:
        assert shown in message.text
        assert shown in page
    for hidden in case.hides:
        assert hidden not in (message.html or "")
    with acme.scope() as session:
        names = session.scalars(select(File.name).where(File.record_id == message.id)).all()
    assert sorted(names) == sorted(case.files)
    assert (message.subject or "(no subject)") in bob.client.get(customer.account_url).text or (
        "<" in message.subject
    )


def test_a_forwarded_mail_is_of_whoever_wrote_it(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    inbox.give(forwarded(GMAIL)(), address_of(bob), sender=BOB)
    message = only_message(acme)
    assert (message.sender_name, message.sender_address) == ("Frank Fence", FRANK)
    assert message.recipients["to"] == [{"address": BOB, "name": "Bob Baker"}]


def test_a_mail_of_a_firms_own_address_lands_on_the_firm(
    acme: Workspace, bob: Person, inbox: Inbox
) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by, email=FRANK)
    inbox.give(forwarded(GMAIL)(), address_of(bob), sender=BOB)
    assert only_line(acme).state == Fate.STORED
    with acme.scope() as session:
        links = session.scalars(select(MessageLink)).all()
    assert [(one.record_type, one.record_id) for one in links] == [("account", firm.id)]


def test_an_address_that_nobody_was_given_is_refused(
    acme: Workspace, globex: Workspace, bob: Person, charlie: Person, inbox: Inbox
) -> None:
    mine, theirs = address_of(bob), address_of(charlie)
    token = mine.partition("+")[2].partition("@")[0]
    other = theirs.partition("+")[2].partition("@")[0]
    last = "a" if token[-1] != "a" else "b"
    for forged in (
        f"acme+{token[:-1]}{last}@in.zuke.test",
        f"globex+{token}@in.zuke.test",
        f"acme+{other}@in.zuke.test",
        f"nobody+{token}@in.zuke.test",
        f"acme+{token}@elsewhere.test",
        f"acme+{token}x@in.zuke.test",
        "acme@in.zuke.test",
        "acme+@in.zuke.test",
        "bob@acme.example",
    ):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            inbox.give(plain()(), forged)
        assert refused.value.recipients[forged][0] == 550
    for workspace in (acme, globex):
        with workspace.scope() as session:
            assert session.scalars(select(IncomingMail)).all() == []


def test_a_mail_to_an_address_of_a_customer_s_own_stands_on_the_customer(
    acme: Workspace, bob: Person, inbox: Inbox
) -> None:
    with acme.acting(bob) as by:
        firm_id = make_account(by, "Elm Works", email="office@elm.example").id
    inbox.give(plain("Dear all", sender=BOB, to="office@elm.example")(), address_of(bob), BOB)
    assert only_line(acme).state == Fate.STORED
    assert "Dear all" in bob.client.get(f"/accounts/{firm_id}").text


def test_mail_to_a_suspended_workspace_is_asked_to_come_again(
    acme: Workspace, bob: Person, inbox: Inbox, owner: Engine
) -> None:
    address = address_of(bob)
    forged = address.replace("acme+", "acme+x")
    with Session(owner) as session, session.begin():
        session.get_one(Tenant, acme.facts.id).state = facts.State.SUSPENDED.value
    forget()
    for to, code in ((address, 450), (forged, 550)):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            inbox.give(plain()(), to)
        assert refused.value.recipients[to][0] == code
    with Session(owner) as session, session.begin():
        session.get_one(Tenant, acme.facts.id).state = facts.State.TRIAL.value
    forget()
    inbox.give(plain()(), address)
    assert only_line(acme).envelope_from == FRANK


def test_a_renewed_address_ends_the_one_before(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    before = address_of(bob)
    bob.client.post("/settings/me/mail-in/address")
    assert address_of(bob) != before
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        inbox.give(plain()(), before)
    inbox.give(plain()(), address_of(bob))
    assert only_line(acme).state == Fate.STORED


def test_who_can_not_sign_in_any_more_gets_nothing(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    address = address_of(bob)
    with acme.scope() as session:
        session.execute(update(User).where(User.id == bob.user_id).values(is_active=False))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        inbox.give(plain()(), address)


def test_the_same_mail_is_kept_once_however_often_it_comes(
    acme: Workspace, alice: Person, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    for person in (bob, bob, alice, bob, alice):
        inbox.give(plain()(), address_of(person))
    only_message(acme)
    with acme.scope() as session:
        whys = session.scalars(select(IncomingMail.why).order_by(IncomingMail.id)).all()
    assert whys == [None, *[Why.DUPLICATE] * 4]


def test_a_message_id_that_is_known_here_is_new_elsewhere(
    acme: Workspace, globex: Workspace, bob: Person, charlie: Person, inbox: Inbox
) -> None:
    ours, theirs = make_customer(acme, bob), make_customer(globex, charlie)
    inbox.give(plain("For Acme")(), address_of(bob))
    answer = plain(
        "For Globex", In_Reply_To="<one@fence.example>", Message_ID="<two@fence.example>"
    )
    inbox.give(answer(), address_of(charlie))
    first, second = only_message(acme), only_message(globex)
    assert second.thread_id == second.id != first.thread_id
    assert "For Globex" not in bob.client.get(ours.url).text
    assert "For Acme" not in charlie.client.get(theirs.url).text


def test_an_answer_that_came_by_a_list_goes_on_with_what_it_answers(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    """A firm whose address for sales is a group has each answer sent on as from a list."""
    post_mail(bob, customer)
    ours = only_message(acme)
    by_group = {"List_Id": "<sales.acme.example>", "Precedence": "list"}
    answer = plain("We take it", In_Reply_To=ours.message_id, **by_group)
    inbox.give(answer(), address_of(bob))
    with acme.scope() as session:
        second = session.scalars(select(Message).where(Message.direction == "in")).one()
    assert (second.text, second.thread_id) == ("We take it", ours.thread_id)
    news = plain("Our news", Message_ID="<news@fence.example>", **by_group)
    inbox.give(news(), address_of(bob))
    assert "It went to a mailing list" in bob.client.get("/settings/me/mail-in").text
    assert "Our news" not in bob.client.get(customer.url).text


def test_an_answer_joins_the_thread_of_what_was_written_from_here(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    post_mail(bob, customer)
    first = only_message(acme)
    answer = plain("Yes please", subject="Re: Our offer", In_Reply_To=first.message_id)
    inbox.give(answer(), address_of(bob))
    with acme.scope() as session:
        second = session.scalars(select(Message).where(Message.direction == "in")).one()
    assert second.thread_id == first.thread_id


def test_the_answer_to_a_private_mail_is_private(
    acme: Workspace, alice: Person, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    post_mail(bob, customer, private="1")
    first = only_message(acme)
    inbox.give(plain("Between us", In_Reply_To=first.message_id)(), address_of(bob))
    with acme.scope() as session:
        second = session.scalars(select(Message).where(Message.direction == "in")).one()
    assert second.is_private
    assert "Between us" in bob.client.get(f"/messages/{second.id}").text
    assert alice.client.get(f"/messages/{second.id}").status_code == 404


def test_a_mail_that_reaches_two_colleagues_stands_where_either_may_see_its_people(
    acme: Workspace, alice: Person, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    with acme.acting(alice) as by:
        ann = make_contact(by, "Ash", "Ann", email="ann@other.example")
    content = plain("To you both", Cc="ann@other.example")()
    inbox.give(content, address_of(bob))
    assert "To you both" not in alice.client.get(f"/contacts/{ann.id}").text
    inbox.give(content, address_of(alice))
    assert "To you both" in alice.client.get(f"/contacts/{ann.id}").text
    with acme.scope() as session:
        fates = session.scalars(select(IncomingMail.why).order_by(IncomingMail.id)).all()
    assert fates == [None, Why.DUPLICATE]


def test_a_forged_message_id_moves_no_mail_and_a_private_one_stays(
    acme: Workspace, alice: Person, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    with acme.acting(alice) as by:
        ann = make_contact(by, "Ash", "Ann", email="ann@other.example")
    inbox.give(plain("For Bob")(), address_of(bob))
    inbox.give(plain("Forged", sender="ann@other.example")(), address_of(alice))
    assert "For Bob" not in alice.client.get(f"/contacts/{ann.id}").text
    with acme.scope() as session:
        session.execute(update(Message).values(is_private=True, sender_address="ann@other.example"))
    inbox.give(plain("Forged", sender="ann@other.example")(), address_of(alice))
    with acme.scope() as session:
        assert ann.id not in session.scalars(select(MessageLink.record_id)).all()


@pytest.mark.parametrize("to", ["x@y.example", BOB])
def test_a_stranger_does_not_get_into_a_thread_by_naming_it(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox, to: str
) -> None:
    post_mail(bob, customer)
    first = only_message(acme)
    forged = plain("Pay here", sender="eve@evil.example", to=to, In_Reply_To=first.message_id)
    inbox.give(forged(), address_of(bob))
    assert only_line(acme).why == Why.UNKNOWN
    assert "Pay here" not in bob.client.get(customer.url).text


def test_nobody_writes_onto_records_that_they_can_not_see(
    acme: Workspace, alice: Person, bob: Person, inbox: Inbox
) -> None:
    hers = make_customer(acme, alice)
    inbox.give(plain()(), address_of(bob))
    assert only_line(acme).why == Why.UNKNOWN
    assert "Hello Bob" not in alice.client.get(hers.url).text


def test_html_is_shown_in_a_frame_where_nothing_runs_or_loads(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    inbox.give(html_only('<p>Hi</p><img src="https://evil.example/p.gif">')(), address_of(bob))
    url = f"/messages/{only_message(acme).id}"
    assert 'sandbox="allow-popups' in bob.client.get(url).text
    closed = bob.client.get(f"{url}/body")
    policy = closed.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "img-src" not in policy
    assert "evil.example" not in closed.text
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    opened = bob.client.get(f"{url}/body?pictures=1").headers["Content-Security-Policy"]
    assert "img-src https: http:" in opened


def test_the_draft_of_an_answer_keeps_what_it_answers(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    post_mail(bob, customer)
    first = only_message(acme)
    inbox.give(plain("Which colour?", In_Reply_To=first.message_id)(), address_of(bob))
    with acme.scope() as session:
        second = session.scalars(select(Message).where(Message.direction == "in")).one()
    post_mail(bob, customer, reply=str(second.id), subject="Green")

    def answer() -> Message:
        with acme.scope() as session:
            return session.scalars(select(Message).where(Message.subject == "Green")).one()

    draft = answer()
    assert draft.references == [second.message_id]
    bob.client.post(f"/messages/{draft.id}/back")
    form = bob.client.get(f"{customer.url}/mail?draft={draft.id}").text
    assert f'name="reply" value="{second.id}"' in form
    with acme.scope() as session:
        session.execute(delete(Message).where(Message.id == second.id))
    post_mail(bob, customer, draft=str(draft.id), subject="Green", body="Changed")
    sent = answer()
    assert (sent.state, sent.body) == (State.WAITING, "Changed")
    assert (sent.thread_id, sent.in_reply_to) == (first.thread_id, second.message_id)
    assert sent.references == draft.references


def test_an_address_is_no_name_for_who_sees_no_addresses(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    named = plain(sender=f'"{FRANK}" <{FRANK}>', to="Ann Ash <ann@other.example>")
    inbox.give(named(), address_of(bob))
    message = only_message(acme)
    fields = {("account", "email"): FieldAccess.HIDDEN}
    grants = {(kind, "read"): Reach.ALL for kind in ("contact", "account")}
    with acme.acting(bob) as by:
        some = replace(by, rights=Rights(grants=grants, fields=fields))

        def found(words: str, by: Actor) -> list[Found]:
            return [one for group in find_messages(words, by) for one in group.items]

        assert FRANK in found("frank@fence", by)[0].note
        assert found("frank@fence", some) == []
        assert found("other.example", some) == []
        for words in ("fences", "ann ash"):
            (one,) = found(words, some)
            assert FRANK not in one.note
        shown = card(message, (), some, place=customer.url, shows_addresses=False)
        assert shown.who == "hidden address"
        assert card(message, (), by, place=customer.url, shows_addresses=True).who == FRANK


def test_a_mail_of_a_colleague_whose_program_names_nobody_is_signed_by_their_name(
    acme: Workspace, bob: Person, customer: Customer, inbox: Inbox
) -> None:
    inbox.give(plain(sender=BOB, to=FRANK)(), address_of(bob), sender=BOB)
    message = only_message(acme)
    assert (message.direction, message.sender_name) == ("out", "Bob Baker")
    assert "Bob Baker" in bob.client.get(customer.url).text
