"""Rates that are fetched each day from an address of the workspace's choice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select

from app.events import Event
from app.jobs.worker import Worker
from app.kernel.errors import Refused
from app.kernel.outgoing import Line
from app.records.money import operations
from app.records.money.daily import Unread, quotes_of, read_daily
from app.records.money.models import ExchangeRate, RateSource
from app.records.money.rates import rate_of
from app.records.money.reading import Quote
from app.records.money.source import Wish, change_source, fetch_rates, source_of
from tests.cast import Person, Workspace
from tests.conftest import Clock

URL = "/settings/currencies"
DAY = date(2026, 11, 20)
JSON = b'{"base": "EUR", "date": "2026-11-20", "rates": {"GBP": 0.8, "USD": 1.6, "ZZZ": 3}}'
ECB = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
 <gesmes:subject>Reference rates</gesmes:subject>
 <Cube><Cube time='2026-11-20'><Cube currency='USD' rate='1.6'/><Cube currency='GBP' rate='0.8'/>
 </Cube><Cube time='2026-11-19'><Cube currency='USD' rate='9'/></Cube></Cube>
</gesmes:Envelope>"""
BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<x><Cube time='2026-11-20'><Cube currency='USD' rate='1'/>&b;</Cube></x>"""


@dataclass
class Bank:
    """A program elsewhere that tells rates."""

    body: bytes = JSON
    status: int = 200
    asked: int = 0
    url: str = ""


@pytest.fixture
def bank() -> Iterator[Bank]:
    told = Bank()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked += 1
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_words: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}/daily"
    yield told
    server.shutdown()
    server.server_close()


def choose(person: Person, url: str, *currencies: str, is_on: bool = True) -> None:
    """Let Acme, which counts in pounds, fetch its rates there."""
    with person.workspace.acting(person) as by:
        change_source(by, Wish(url, currencies, is_on), allow_loopback=True)


def fetch(workspace: Workspace, line: Line) -> None:
    """Fetch the rates as the worker does."""
    with workspace.engine_app.app_context():
        fetch_rates(workspace.facts, line)


def state(workspace: Workspace) -> RateSource:
    with workspace.acting() as by:
        found = source_of(by)
        assert found is not None
        return found


@pytest.mark.parametrize("body", [JSON, ECB], ids=["JSON", "XML"])
def test_both_forms_are_read_and_turned_to_the_own_currency(body: bytes) -> None:
    daily = read_daily(body)
    assert (daily.base, daily.day) == ("EUR", DAY)
    assert quotes_of(daily, "GBP", {"USD", "EUR", "JPY"}).kept == [
        Quote("EUR", DAY, Decimal("0.8")),
        Quote("USD", DAY, Decimal("0.5")),
    ]
    with pytest.raises(Unread, match="currency"):
        quotes_of(daily, "CNY", {"USD"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>sign in</html>",
        b"{}",
        b'{"base": "EUR", "date": "today", "rates": {"USD": 1}}',
        b'{"base": "EUR", "date": "2026-11-20", "rates": []}',
        b'{"base": "XX", "date": "2026-11-20", "rates": {"USD": 1}}',
        b'{"base": ["EUR"], "date": "2026-11-20", "rates": {"USD": 1}}',
        b"{" * 5000,
        b"\xff\xfe\x00",
        ECB[:200],
        BOMB,
    ],
)
def test_what_is_no_file_of_rates_is_no_rate(body: bytes) -> None:
    with pytest.raises(Unread, match="format"):
        read_daily(body)


def test_nothing_is_fetched_until_somebody_wants_it(
    acme: Workspace, alice: Person, bank: Bank, worker: Worker
) -> None:
    choose(alice, bank.url, "USD", is_on=False)
    worker.drain()
    fetch(acme, Line(allow_loopback=True))
    assert bank.asked == 0


def test_the_worker_fetches_and_the_page_tells_it(
    acme: Workspace, alice: Person, bank: Bank, worker: Worker, clock: Clock
) -> None:
    clock.move_to(datetime(2026, 11, 20, 17, tzinfo=UTC))
    assert (
        alice.client.post(
            URL, data={"url": bank.url, "currencies": "usd, EUR", "is_on": "1"}
        ).status_code
        == 303
    )
    worker.drain()
    assert bank.asked == 1
    with acme.acting() as by:
        assert rate_of(by, "USD", DAY) == Decimal("0.5")
        assert rate_of(by, "EUR", DAY) == Decimal("0.8")
        told = by.session.scalars(select(Event).where(Event.verb == "imported")).one()
        assert told.via == "job"
    shown = alice.client.get(URL).text
    assert "rates of 20 Nov" in shown
    assert "Fetched" in shown
    assert alice.client.post(f"{URL}/fetch").status_code == 303
    worker.drain()
    assert bank.asked == 2


def test_what_people_entered_is_never_replaced_and_an_own_mistake_is_mended(
    acme: Workspace, alice: Person, bank: Bank, clock: Clock
) -> None:
    clock.move_to(datetime(2026, 11, 20, 17, tzinfo=UTC))
    with acme.acting(alice) as by:
        operations.add_rate(by, {"currency": "USD", "rate_on": "2026-11-20", "rate": "0.51"})
    choose(alice, bank.url, "USD", "EUR")
    fetch(acme, Line(allow_loopback=True))
    bank.body = JSON.replace(b"0.8", b"0.9")
    fetch(acme, Line(allow_loopback=True))
    with acme.acting() as by:
        assert rate_of(by, "USD", DAY) == Decimal("0.51")
        assert rate_of(by, "EUR", DAY) == Decimal("0.9")


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"oops", 200, "format"),
        (JSON, 500, "status"),
        (JSON, 302, "status"),
        (JSON.replace(b"GBP", b"SEK"), 200, "currency"),
        (JSON.replace(b"USD", b"NOK"), 200, "none"),
        (JSON.replace(b"2026-11-20", b"2036-11-20"), 200, "format"),
    ],
)
def test_a_failure_is_told_on_the_page_and_keeps_what_was_there(
    acme: Workspace,
    alice: Person,
    bank: Bank,
    clock: Clock,
    body: bytes,
    status: int,
    error: str,
) -> None:
    clock.move_to(datetime(2026, 11, 20, 17, tzinfo=UTC))
    choose(alice, bank.url, "USD")
    bank.body, bank.status = body, status
    fetch(acme, Line(allow_loopback=True))
    assert state(acme).error == error
    assert "Failed" in alice.client.get(URL).text
    with acme.acting() as by:
        assert by.session.scalars(select(ExchangeRate)).all() == []
    bank.body, bank.status = JSON, 200
    fetch(acme, Line(allow_loopback=True))
    assert state(acme).error is None


def test_an_address_that_leads_inside_is_not_called(acme: Workspace, alice: Person) -> None:
    choose(alice, "http://rates.example.com/daily", "USD")
    dialled: list[str] = []

    def dial(number: str, port: int, seconds: float) -> socket.socket:
        dialled.append(number)
        raise AssertionError(number)

    inside = Line(resolve=lambda *_asked: ["10.0.0.1"], dial=dial)
    fetch(acme, inside)
    assert dialled == []
    assert state(acme).error == "address"


@pytest.mark.parametrize(
    "url", ["", "ftp://example.com/x", "http://10.0.0.1/x", "http://127.0.0.1/x", "example.com"]
)
def test_an_address_that_may_not_be_called_is_refused(
    acme: Workspace, alice: Person, url: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        change_source(by, Wish(url, ("USD",), is_on=True), allow_loopback=False)
    assert list(refused.value.errors) == ["url"]


def test_a_source_that_is_changed_while_it_answers_writes_nothing(
    acme: Workspace, alice: Person, bank: Bank, clock: Clock
) -> None:
    clock.move_to(datetime(2026, 11, 20, 17, tzinfo=UTC))
    choose(alice, bank.url, "USD")
    line = Line(allow_loopback=True)

    def resolve(host: str, port: int, seconds: float) -> list[str]:
        choose(alice, bank.url, "USD", is_on=False)
        return ["127.0.0.1"]

    fetch(acme, Line(allow_loopback=True, resolve=resolve, dial=line.dial))
    assert bank.asked == 1
    with acme.acting() as by:
        assert by.session.scalars(select(ExchangeRate)).all() == []


ABSURD = ["0", "-1.6", "1e-40", "1e30", '"NaN"', '"many"', "true", "null", "1e-999999", "[1.6]"]


@pytest.mark.parametrize("rate", ABSURD)
def test_a_rate_that_can_t_be_right_is_refused_and_the_audit_tells_it(
    acme: Workspace, alice: Person, bank: Bank, clock: Clock, rate: str
) -> None:
    clock.move_to(datetime(2026, 11, 20, 17, tzinfo=UTC))
    choose(alice, bank.url, "USD", "CHF")
    bank.body = JSON.replace(b"1.6", rate.encode()).replace(b'"ZZZ"', b'"CHF"')
    fetch(acme, Line(allow_loopback=True))
    with acme.acting() as by:
        kept = by.session.scalars(select(ExchangeRate.currency)).all()
        assert kept == ["CHF"], "the others of the day are kept"
        told = by.session.scalars(select(Event.changes).where(Event.verb == "refused")).one()
    assert told["currency"] == [None, "USD"]
    assert told["rate_on"] == [None, "2026-11-20"]
    assert state(acme).error == "absurd"
    assert "The audit tells which" in alice.client.get(URL).text
    assert "Refused" in alice.client.get("/settings/audit").text
    bank.body = JSON
    fetch(acme, Line(allow_loopback=True))
    assert state(acme).error is None


@pytest.mark.parametrize("rate", ["0", "1e-40", "1e30", "-3"])
def test_an_own_currency_that_can_t_be_right_leaves_all_as_it_was(
    acme: Workspace, alice: Person, bank: Bank, clock: Clock, rate: str
) -> None:
    clock.move_to(datetime(2026, 11, 20, 17, tzinfo=UTC))
    choose(alice, bank.url, "USD")
    bank.body = JSON.replace(b"0.8", rate.encode())
    fetch(acme, Line(allow_loopback=True))
    with acme.acting() as by:
        assert by.session.scalars(select(ExchangeRate)).all() == []
        told = by.session.scalars(select(Event.changes).where(Event.verb == "refused")).one()
    assert told["currency"] == [None, "GBP"]
    assert state(acme).error == "absurd"


def test_rates_at_the_ends_of_what_is_kept_end_no_job() -> None:
    day = b'{"base": "EUR", "date": "2026-11-20", "rates": {"GBP": %s, "USD": %s}}'
    for own, other in ((b"99999999999", b"0.00000000001"), (b"0.00000000001", b"99999999999")):
        found = quotes_of(read_daily(day % (own, other)), "GBP", {"USD"})
        assert (found.kept, list(found.refused)) == ([], ["USD"])
