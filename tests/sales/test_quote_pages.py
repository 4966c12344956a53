"""A quote on its pages: the editor's lines, the link, what the customer does with it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from app.documents.papers.find import pdf_bytes
from app.documents.papers.layouts import layout_called
from app.documents.papers.make import Wish, draft_of, look, make_document
from app.documents.papers.models import Document
from app.events import Event
from app.identity.models import FieldRule, User
from app.kernel.actor import FieldAccess
from app.kernel.ids import new_id
from app.modules import install_record_types
from app.records.door import perform
from app.records.numbers.give import chosen
from app.records.numbers.operations import change_numbers
from app.records.tailored import tailored
from app.sales.lines.papers import standing_lines
from app.sales.models import Quote
from tests.cast import HostClient, Person, Workspace, visitor
from tests.factories import make_product
from tests.records.pages.conftest import statements
from tests.sales.test_quotes import FENCE, make_quote

install_record_types()

COLUMNS = ("product_id", "name", "quantity", "unit", "unit_price", "discount", "tax_rate")


@pytest.fixture
def stranger(app: Flask) -> Callable[[Workspace], HostClient]:
    """Somebody without a sign-in, at an address of a workspace."""
    return lambda workspace: visitor(app, workspace)


def sent(*rows: dict[str, str], **given: str) -> dict[str, Any]:
    """The form of the editor with these rows."""
    return {f"line.{key}": [row.get(key, "") for row in rows] for key in COLUMNS} | given


def make(acme: Workspace, who: Person, *lines: dict[str, Any], send: bool = False) -> UUID:
    with acme.acting(who) as by:
        quote = make_quote(by, *lines)
        if send:
            perform("quote", "send", quote, by=by)
        return quote.id


def link(who: Person, quote_id: UUID) -> str:
    shown = who.client.post(f"/quotes/{quote_id}/link").get_data(as_text=True)
    found = re.search(r"/q/[\w-]{20,}", shown)
    assert found is not None
    return found.group()


def test_the_editor_keeps_lines_and_conditions_together(acme: Workspace, alice: Person) -> None:
    quote_id = make(acme, alice)
    shown = alice.client.get(f"/quotes/{quote_id}/lines").get_data(as_text=True)
    assert "Green fence" in shown
    form = sent(
        {"name": "Red fence", "quantity": "3", "unit_price": "10"},
        {"name": "", "quantity": ""},
        {"name": "Nails", "quantity": "100", "unit_price": "0.025", "discount": "10"},
        version="1",
        payment_days="45",
        deposit="20",
        valid_until="2030-01-31",
    )
    answer = alice.client.post(f"/quotes/{quote_id}/lines", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        assert (quote.payment_days, quote.deposit, str(quote.net)) == (45, 20, "32.2500")
        assert [one.name for one in standing_lines(quote, by)] == ["Red fence", "Nails"]


def test_what_is_refused_stays_as_it_was_typed(acme: Workspace, alice: Person) -> None:
    quote_id = make(acme, alice)
    form = sent({"name": "Red fence", "quantity": "many", "unit_price": "10"}, version="1")
    answer = alice.client.post(f"/quotes/{quote_id}/lines", data=form)
    assert answer.status_code == 422
    shown = answer.get_data(as_text=True)
    assert 'value="many"' in shown
    assert "This must be a number." in shown
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        assert [one.name for one in standing_lines(quote, by)] == ["Green fence"]


def test_of_two_who_edit_the_second_is_told(acme: Workspace, alice: Person) -> None:
    quote_id = make(acme, alice)
    form = sent({"name": "Red fence", "quantity": "1", "unit_price": "10"}, version="1")
    assert alice.client.post(f"/quotes/{quote_id}/lines", data=form).status_code == 303
    again = sent({"name": "Blue fence", "quantity": "1", "unit_price": "10"}, version="1")
    answer = alice.client.post(f"/quotes/{quote_id}/lines", data=again)
    assert answer.status_code == 409
    assert "Blue fence" in answer.get_data(as_text=True)


def test_what_rows_come_to_is_told_while_one_types(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by, list_price="100", tax_rate="20", number="D-1")
        drill_id = drill.id
    quote_id = make(acme, alice)
    rows = [{"name": "d-1", "quantity": "2"}, {"name": "Text", "unit_price": "x"}]
    answer = alice.client.post(f"/quotes/{quote_id}/reckon", data=sent(*rows))
    assert answer.status_code == 200
    told = answer.get_json()
    first, second = told["rows"]
    assert first["net"] == "£200.00"
    assert first["cells"]["product_id"] == str(drill_id)
    assert first["cells"]["unit_price"] == "100"
    assert "unit_price" in second["errors"]
    assert "£240.00" in told["sums"]
    with acme.acting(alice) as by:  # Nothing was kept.
        assert len(standing_lines(by.session.get_one(Quote, quote_id), by)) == 1


def test_two_hundred_lines_take_no_more_statements_than_two(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        ids = [str(make_product(by, f"Drill {n}", list_price="9").id) for n in range(20)]
    quote_id = make(acme, alice)

    def asked(count: int) -> int:
        rows = [{"product_id": ids[n % 20], "quantity": str(n)} for n in range(count)]
        with statements() as met:
            answer = alice.client.post(f"/quotes/{quote_id}/reckon", data=sent(*rows))
        assert answer.status_code == 200
        assert len(answer.get_json()["rows"]) == count
        return len(met)

    asked(2)
    assert asked(200) <= asked(2)


def test_the_customer_reads_and_accepts_by_the_link_once(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    quote_id = make(acme, alice, send=True)
    address = link(alice, quote_id)
    client = stranger(acme)
    shown = client.get(address)
    assert shown.status_code == 200
    assert "Green fence" in shown.get_data(as_text=True)
    assert "noindex" in shown.headers["X-Robots-Tag"]
    refused = client.post(f"{address}/accept", data={"name": " "})
    assert refused.status_code == 422
    assert 'aria-describedby="name-error"' in refused.text
    for _time in range(2):
        done = client.post(f"{address}/accept", data={"name": "Frank", "agreed": "1"})
        assert done.status_code == 303
    assert "Accepted by Frank" in client.get(address).get_data(as_text=True)
    assert client.post(f"{address}/decline", data={"reason": "No"}).status_code == 409
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        assert (quote.status, quote.decided_by) == ("accepted", "Frank")
        assert quote.decided_from
        assert quote.decided_at is not None
        times = select(func.count()).where(Event.record_id == quote_id, Event.verb == "accepted")
        assert by.session.scalar(times) == 1


def test_two_who_accept_at_once_have_one_effect(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    quote_id = make(acme, alice, send=True)
    address = link(alice, quote_id)
    clients = [stranger(acme) for _n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(
                lambda one: one.post(f"{address}/accept", data={"name": "F", "agreed": "1"}),
                clients,
            )
        )
    assert {one.status_code for one in answers} == {303}
    with acme.acting(alice) as by:
        times = select(func.count()).where(Event.record_id == quote_id, Event.verb == "accepted")
        assert by.session.scalar(times) == 1


def test_the_customer_declines_with_a_reason(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    quote_id = make(acme, alice, send=True)
    address, client = link(alice, quote_id), stranger(acme)
    refused = client.post(f"{address}/decline", data={"reason": ""})
    assert (refused.status_code, 'aria-describedby="reason-error"' in refused.text) == (422, True)
    assert client.post(f"{address}/decline", data={"reason": "Too dear"}).status_code == 303
    assert "Declined" in client.get(address).get_data(as_text=True)


def test_links_that_ended_answer_plainly(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    client = stranger(acme)
    assert client.get("/q/nothing-at-all").status_code == 404
    quote_id = make(acme, alice, send=True)
    old = link(alice, quote_id)
    new = link(alice, quote_id)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        quote.valid_until, quote.is_decided = by.today() - timedelta(days=1), True
    assert client.post(f"{new}/accept", data={"name": "F", "agreed": "1"}).status_code == 409
    with acme.acting(alice) as by:
        perform("quote", "withdraw", by.session.get_one(Quote, quote_id), by=by)
    assert client.get(new).status_code == 404


def test_the_pdf_is_the_customers_and_tells_no_cost(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    quote_id = make(acme, alice, {**FENCE}, send=True)
    address = link(alice, quote_id)
    answer = stranger(acme).get(f"{address}/pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")


def test_another_workspace_knows_no_such_link(
    acme: Workspace, globex: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    address = link(alice, make(acme, alice, send=True))
    assert stranger(globex).get(address).status_code == 404


@pytest.mark.parametrize(("key", "status"), [("deposit", 200), ("payment_days", 200), ("net", 403)])
def test_the_editor_tells_nothing_that_a_role_hides(
    acme: Workspace, bob: Person, key: str, status: int
) -> None:
    with acme.acting(bob) as by:
        quote_id = make_quote(by, deposit="17.23", payment_days="419").id
    shown = bob.client.get(f"/quotes/{quote_id}/lines").get_data(as_text=True)
    mark = {"deposit": "17.23", "payment_days": 'value="419"', "net": "£125.00"}[key]
    assert mark in shown
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        rule = {"role_id": role.id, "record_type": "quote", "field": key}
        session.add(FieldRule(**rule, access=int(FieldAccess.HIDDEN)))
        role.stamp = new_id()
    editor = bob.client.get(f"/quotes/{quote_id}/lines")
    told = bob.client.post(f"/quotes/{quote_id}/reckon", data=sent(FENCE))
    assert (editor.status_code, told.status_code) == (status, status)
    page = bob.client.get(f"/quotes/{quote_id}")
    for answer in (editor, told, page):
        assert mark not in answer.get_data(as_text=True)


def test_a_workspace_without_numbers_hands_out_no_paper_of_the_draft(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    with acme.acting(alice) as by:
        series = layout_called("quote").series
        assert series is not None
        how = chosen(series, by)
        assert how is not None
        change_numbers(by, series, replace(how, is_on=False))
    quote_id = make(acme, alice)
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        kind = tailored("quote", by)
        early = replace(by, now=by.now - timedelta(hours=1))
        draft = make_document(kind, quote, Wish("quote", "en"), early)
        assert "(draft)" in draft.data["content"]["heading"]
        paper = draft.id
        perform("quote", "send", quote, by=by)
        assert quote.number is None
    with acme.acting(alice) as by:
        told = pdf_bytes(by.session.get_one(Document, paper), by)
    answer = stranger(acme).get(f"{link(alice, quote_id)}/pdf")
    assert answer.status_code == 200
    assert answer.data != told
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        sent_now = make_document(tailored("quote", by), quote, Wish("quote", "en"), by)
        assert "(draft)" not in sent_now.data["content"]["heading"]


def test_a_quote_without_a_logo_has_the_firms_name_once(acme: Workspace, alice: Person) -> None:
    """It stands in the place of the logo, and nothing beside it; papers made before stay."""
    quote_id = make(acme, alice)
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        draft = draft_of(tailored("quote", by), quote, Wish("quote", "en"), by)
        (drawn,) = look(draft, by, 1).pictures
    page = Image.open(io.BytesIO(drawn)).convert("L")
    wide, high = page.size
    corner = page.crop((wide * 6 // 10, 0, wide, high * 85 // 1000))
    assert all(shade >= 200 for shade in corner.tobytes())


def test_a_customer_who_says_no_without_a_name_is_told_of_plainly(
    acme: Workspace, alice: Person, stranger: Callable[[Workspace], HostClient]
) -> None:
    quote_id = make(acme, alice, send=True)
    address, client = link(alice, quote_id), stranger(acme)
    client.post(f"{address}/decline", data={"reason": "Too dear"})
    shown = client.get(address).get_data(as_text=True)
    assert "Declined on" in shown
    assert "Declined by" not in shown


def test_the_address_that_is_kept_is_the_customers(acme: Workspace, alice: Person) -> None:
    quote_id = make(acme, alice, send=True)
    with acme.acting(alice) as by:
        quote = by.session.get_one(Quote, quote_id)
        perform("quote", "accept", quote, by=by, name="Frank", address="192.0.2.1")
        assert quote.decided_from is None


@pytest.mark.parametrize("hidden", ["", "decided_by", "decline_reason", "decided_at"])
def test_the_page_tells_what_the_customer_said_as_far_as_a_role_shows_it(
    acme: Workspace, bob: Person, hidden: str
) -> None:
    with acme.acting(bob) as by:
        quote = make_quote(by)
        perform("quote", "send", quote, by=by)
        perform("quote", "decline", quote, by=by, reason="Too dear", name="Frank Fence")
        quote_id = quote.id
    with acme.scope() as session:
        role = session.get_one(User, bob.user_id).role
        for key in [hidden] if hidden else []:
            rule = {"role_id": role.id, "record_type": "quote", "field": key}
            session.add(FieldRule(**rule, access=int(FieldAccess.HIDDEN)))
        role.stamp = new_id()
    page = bob.client.get(f"/quotes/{quote_id}").get_data(as_text=True)
    assert ("Declined by Frank Fence on " in page) == (hidden not in ("decided_by", "decided_at"))
    assert ("Declined on " in page) == (hidden == "decided_by")
    assert ("Reason: Too dear" in page) == (hidden not in ("decline_reason", "decided_at"))
