"""Quotes and terms for programs: lines, the customer's link, terms that two set at once."""

from __future__ import annotations

from sqlalchemy import select

from app.events import Event
from app.records.door import perform
from app.sales.models import Quote
from app.sales.terms.rules import USUAL
from tests.cast import Person, Workspace
from tests.records.api.conftest import Programs, fields_in, program
from tests.sales.test_quote_pages import link, make
from tests.sales.test_quotes import FENCE, make_quote

__all__ = ["program"]

TERMS = {"is_on": True, "big_sizes": ["large"], "cells": {}}


def test_lines_are_read_and_sent_back_as_they_were_told(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    quote_id = make(acme, alice, FENCE, {"name": "Nails", "unit_price": "0.025", "quantity": "100"})
    caller = program(alice)
    told = caller.get(f"quotes/{quote_id}/lines").json
    assert told is not None
    assert [(one["name"], one["net"]) for one in told["data"]] == [
        ("Green fence", "125.00"),
        ("Nails", "2.50"),
    ]
    answer = caller.post(f"quotes/{quote_id}/set_lines", {"lines": told["data"][:1]})
    assert answer.status_code == 200, answer.text
    left = caller.get(f"quotes/{quote_id}/lines").json
    assert left is not None
    assert left["data"] == told["data"][:1]
    wrong = caller.post(
        f"quotes/{quote_id}/set_lines", {"lines": [{"name": "x", "unit_price": "y"}]}
    )
    assert fields_in(wrong) == ["lines.0.unit_price"]


def test_a_program_makes_the_link_and_ends_it(
    acme: Workspace, alice: Person, dora: Person, program: Programs
) -> None:
    quote_id = make(acme, alice)
    caller = program(alice)
    assert caller.post(f"quotes/{quote_id}/link").status_code == 422, "It was not sent yet."
    with acme.acting(alice) as by:
        perform("quote", "send", by.session.get_one(Quote, quote_id), by=by)
    made = caller.post(f"quotes/{quote_id}/link")
    assert made.status_code == 201
    assert made.json is not None
    path = "/q/" + made.json["url"].rsplit("/", 1)[1]
    assert alice.client.get(path).status_code == 200
    assert program(dora).post(f"quotes/{quote_id}/link").status_code == 403
    assert program(dora).delete(f"quotes/{quote_id}/link").status_code == 403
    assert caller.delete(f"quotes/{quote_id}/link").status_code == 204
    assert caller.delete(f"quotes/{quote_id}/link").status_code == 204
    assert alice.client.get(path).status_code == 404
    with acme.acting(alice) as by:
        told = select(Event.verb).where(Event.record_id == quote_id, Event.verb.like("quote_%"))
        assert sorted(by.session.scalars(told)) == ["quote_linked", "quote_unlinked"]
    shown = alice.client.get(f"/quotes/{quote_id}").get_data(as_text=True)
    assert "ended the link by which the customer answers" in shown


def test_the_link_is_ended_on_the_page_by_whoever_may_make_it(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    quote_id = make(acme, alice, send=True)
    path = link(alice, quote_id)
    assert dora.client.post(f"/quotes/{quote_id}/link").status_code == 403
    assert dora.client.post(f"/quotes/{quote_id}/link/end").status_code == 403
    assert alice.client.get(path).status_code == 200
    assert alice.client.post(f"/quotes/{quote_id}/link/end").status_code == 303
    assert alice.client.get(path).status_code == 404


def test_of_two_who_set_the_terms_the_second_is_told(
    acme: Workspace, alice: Person, dora: Person, program: Programs
) -> None:
    caller = program(alice)
    shown = caller.get("terms")
    assert shown.json is not None
    assert (shown.json["is_on"], shown.json["version"]) == (False, 0)
    mark = shown.headers["ETag"]
    assert caller.call("PUT", "terms", TERMS, If_Match=mark).status_code == 200
    assert caller.call("PUT", "terms", TERMS, If_Match=mark).status_code == 412
    wrong = {**TERMS, "cells": {"big.good": {"discount": "101", "standing": "sometimes"}}}
    assert sorted(fields_in(caller.call("PUT", "terms", wrong))) == [
        "big.good.discount",
        "big.good.standing",
    ]
    assert program(dora).get("terms").status_code == 403


def test_terms_are_set_on_their_page_and_what_is_wrong_stays_typed(
    acme: Workspace, alice: Person, dora: Person
) -> None:
    assert dora.client.get("/settings/terms").status_code == 403
    assert alice.client.get("/settings/terms").status_code == 200
    cells = {
        f"{key}.{field}": str(value)
        for key, one in USUAL.items()
        for field, value in one.kept().items()
    }
    form = {"version": "0", "is_on": "1"} | cells | {"big.good.discount": "many"}
    refused = alice.client.post("/settings/terms", data=form)
    assert refused.status_code == 422
    assert 'value="many"' in refused.get_data(as_text=True)
    done = alice.client.post("/settings/terms", data=form | {"big.good.discount": "12.5"})
    assert done.status_code == 303
    assert 'value="12.5"' in alice.client.get("/settings/terms").get_data(as_text=True)
    late = alice.client.post("/settings/terms", data=form | {"big.good.discount": "1"})
    assert late.status_code == 409


def test_a_draft_says_which_rule_holds_and_what_goes_beyond_it(
    acme: Workspace, alice: Person, program: Programs
) -> None:
    assert program(alice).call("PUT", "terms", TERMS).status_code == 200
    with acme.acting(alice) as by:
        quote_id = make_quote(by, {**FENCE, "discount": "40"}).id
    shown = alice.client.get(f"/quotes/{quote_id}").get_data(as_text=True)
    assert "Small customer whose payment is not known yet" in shown
    assert "More discount than the terms allow" in shown
