"""A form that is sent twice sends one mail, and what changed after it may have left is another."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from app.kernel.ids import new_id
from app.mail.messages.models import Message, State
from tests.cast import Person, Workspace
from tests.conftest import Clock
from tests.mail.conftest import PostOffice
from tests.mail.customers import Customer, only_message, post_mail

TEN_SECONDS = timedelta(seconds=11)


def messages(workspace: Workspace) -> list[Message]:
    with workspace.scope() as session:
        return list(session.scalars(select(Message).order_by(Message.created_at, Message.id)))


def form_of(person: Person, url: str) -> str:
    found = re.search(r'name="press" value="([^"]+)"', person.client.get(url).text)
    assert found is not None
    return found[1]


def test_each_form_has_its_own_number_and_keeps_it_when_it_is_refused(
    bob: Person, customer: Customer
) -> None:
    url = f"{customer.url}/mail"
    first, second = form_of(bob, url), form_of(bob, url)
    assert first != second
    refused = post_mail(bob, customer, press=first, subject="")
    assert f'name="press" value="{first}"' in refused.text


def test_a_form_pressed_twice_sends_one_mail_with_its_file(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    number = str(new_id())
    for _press in range(2):
        file = (io.BytesIO(b"Offer"), "offer.txt")
        assert post_mail(bob, customer, press=number, file=file).status_code == 303
    clock.shift(TEN_SECONDS)
    send_out()
    (mail,) = post_office.messages
    assert [one.get_filename() for one in mail.iter_attachments()] == ["offer.txt"]
    post_mail(bob, customer, press=number, file=(io.BytesIO(b"Offer"), "offer.txt"))
    assert len(messages(acme)) == 1


def test_two_presses_at_the_same_moment_send_one_mail(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    number, together, answers = str(new_id()), Barrier(2), []
    clients = [bob.sign_in(), bob.sign_in()]
    form = {"to": "frank@fence.example", "subject": "Our offer", "body": "Dear Frank"}

    def press(index: int) -> None:
        together.wait()
        answer = clients[index].post(f"{customer.url}/mail", data={**form, "press": number})
        answers.append(answer.status_code)

    threads = [Thread(target=press, args=(index,)) for index in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [303, 303]
    only_message(acme)


@pytest.mark.parametrize(
    "change",
    [{"body": "And one thing more"}, {"cc": "ann@fence.example"}, {"private": "1"}],
    ids=["body", "copy", "private"],
)
def test_the_same_form_that_says_something_else_is_another_mail(
    acme: Workspace, bob: Person, customer: Customer, change: dict[str, str]
) -> None:
    number = str(new_id())
    post_mail(bob, customer, press=number)
    post_mail(bob, customer, press=number, **change)
    assert len(messages(acme)) == 2


def test_a_colleague_with_the_same_number_sends_their_own(
    acme: Workspace, alice: Person, bob: Person, customer: Customer
) -> None:
    number = str(new_id())
    post_mail(bob, customer, press=number)
    post_mail(alice, customer, press=number)
    assert {one.user_id for one in messages(acme)} == {alice.user_id, bob.user_id}


def test_a_draft_that_is_sent_twice_goes_once(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    post_mail(bob, customer)
    message = only_message(acme)
    bob.client.post(f"/messages/{message.id}/back")
    number = form_of(bob, f"{customer.url}/mail?draft={message.id}")
    for _press in range(2):
        answer = post_mail(bob, customer, press=number, draft=str(message.id))
        assert answer.status_code == 303
    assert only_message(acme).state == State.WAITING


def test_a_form_whose_mail_was_taken_back_does_not_send_it_again(
    acme: Workspace, bob: Person, customer: Customer
) -> None:
    number = str(new_id())
    post_mail(bob, customer, press=number)
    bob.client.post(f"/messages/{only_message(acme).id}/back")
    assert post_mail(bob, customer, press=number).status_code == 409
    assert only_message(acme).state == State.DRAFT


@pytest.fixture
def lost(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> Message:
    """A draft whose line was lost when it was sent before."""
    post_office.after_data = ["drop"]
    post_mail(bob, customer, file=(io.BytesIO(b"Offer"), "offer.txt"))
    clock.shift(TEN_SECONDS)
    send_out()
    message = only_message(acme)
    assert message.state == State.UNKNOWN
    bob.client.post(f"/messages/{message.id}/again")
    bob.client.post(f"/messages/{message.id}/back")
    assert only_message(acme).state == State.DRAFT
    return message


def go_on(person: Person, customer: Customer, message: Message, **changes: str) -> None:
    form = person.client.get(f"{customer.url}/mail?draft={message.id}").text
    held = re.findall(r'name="kept" value="([^"]+)"', form)
    answer = post_mail(person, customer, draft=str(message.id), kept=held, **changes)
    assert answer.status_code == 303


def test_a_draft_that_may_have_left_keeps_its_message_id_while_it_says_the_same(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    lost: Message,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
) -> None:
    go_on(bob, customer, lost)
    clock.shift(TEN_SECONDS)
    send_out()
    assert only_message(acme).state == State.SENT
    assert {mail["Message-ID"] for mail in post_office.messages} == {lost.message_id}


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Dear Frank, it is cheaper"},
        {"subject": "Our better offer"},
        {"cc": "ann@fence.example"},
        {"bcc": "ann@fence.example"},
        {"kept": ""},
    ],
    ids=["body", "subject", "copy", "hidden copy", "file"],
)
def test_a_draft_that_changed_after_it_may_have_left_is_another_mail(
    acme: Workspace,
    bob: Person,
    customer: Customer,
    lost: Message,
    send_out: Callable[[], int],
    post_office: PostOffice,
    clock: Clock,
    change: dict[str, str],
) -> None:
    if "kept" in change:
        post_mail(bob, customer, draft=str(lost.id))
    else:
        go_on(bob, customer, lost, **change)
    clock.shift(TEN_SECONDS)
    send_out()
    former, mail = messages(acme)
    assert (former.id, former.state, former.text) == (lost.id, State.UNKNOWN, lost.text)
    assert mail.state == State.SENT
    assert mail.message_id != former.message_id
    assert mail.thread_id == former.thread_id
    names = [one.get_filename() for one in post_office.messages[-1].iter_attachments()]
    assert names == ([] if "kept" in change else ["offer.txt"])
    page = bob.client.get(customer.url).text
    assert "1 earlier e-mail" in page


def test_a_draft_that_may_have_left_is_not_removed_without_a_trace(
    acme: Workspace, bob: Person, lost: Message
) -> None:
    bob.client.post(f"/messages/{lost.id}/discard")
    assert only_message(acme).state == State.UNKNOWN
