"""Stripe's notices: fifty a second, as they arrive; and one that arrives fifty times at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier, local
from time import perf_counter, sleep

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.errors import CommandError
from app.demo.stripe.hooks import body_of, signature
from bench import pace
from bench.figures import Figure, Limit, of_samples
from bench.http import Connection, write_request
from bench.service import SERVICE_HOST, Service
from bench.surroundings import Server
from tenants.billing.models import WebhookReceipt
from tenants.control import Job

SECRET = "whsec_bench"  # noqa: S105  It signs made-up notices only.
ENVIRONMENT = {"STRIPE_WEBHOOK_SECRET": SECRET}
A_SECOND = 50
SECONDS = 20
LANES = 16  # Connections; Stripe opens as many as it needs.
DUPLICATES = 50
SIZE = 4_000  # Bytes, as an invoice has them.
OK = 200

_numbers = count()
_here = local()


def run(on: Server, web: Service) -> list[Figure]:
    """All figures of this bench."""
    for _warm in range(100):
        _send(web, _notice())
    before = pace.look()
    samples = _at_pace(web)
    slow = pace.slowness(before, pace.look())
    told = len(samples) + 100
    if (kept := _kept(on)) != (told, told):
        raise CommandError(f"Of {told} notices {kept[0]} were kept, and {kept[1]} jobs made.")
    extra = _duplicates(on, web)
    limit = Limit(floor=100, aim=20, p95=100)
    return [
        of_samples(f"a notice, {A_SECOND} a second", samples, limit=limit, slowness=slow),
        Figure(f"effects of {DUPLICATES} duplicates at once", "", extra, limit=Limit(floor=1)),
    ]


def _at_pace(web: Service) -> list[float]:
    """Milliseconds from the moment in which each notice was due to its answer."""
    began = perf_counter() + 0.1

    def one(number: int) -> float:
        due = began + number / A_SECOND
        notice = _notice()
        sleep(max(due - perf_counter(), 0))
        _send(web, notice)
        return (perf_counter() - due) * 1000

    with ThreadPoolExecutor(LANES) as pool:
        return list(pool.map(one, range(A_SECOND * SECONDS)))


def _duplicates(on: Server, web: Service) -> float:
    """How many receipts and jobs come of one notice that arrives often at one moment."""
    before, notice, start = _kept(on), _notice(), Barrier(DUPLICATES)

    def one(_number: int) -> None:
        start.wait()
        _send(web, notice)

    with ThreadPoolExecutor(DUPLICATES) as pool:
        list(pool.map(one, range(DUPLICATES)))
    after = _kept(on)
    return float(max(after[0] - before[0], after[1] - before[1]))


def _notice() -> bytes:
    number = next(_numbers)
    bill = {"id": f"in_{number}", "object": "invoice", "customer": "cus_bench", "text": "x" * SIZE}
    event = {
        "id": f"evt_bench_{number}",
        "object": "event",
        "type": "invoice.paid",
        "created": 1_790_000_000,
        "data": {"object": bill},
    }
    body = body_of(event)
    headers = {
        "Host": SERVICE_HOST,
        "Content-Type": "application/json",
        "Stripe-Signature": signature(body, SECRET),
    }
    return write_request("POST", "/webhooks/stripe", headers, body)


def _send(web: Service, notice: bytes) -> None:
    """Send a notice over this thread's own connection."""
    if getattr(_here, "port", None) != web.port:
        _here.connection, _here.port = Connection(web.port), web.port
    answer = _here.connection.ask(notice)
    if answer.status != OK:
        raise CommandError(f"A notice was answered with {answer.status}.")


def _kept(on: Server) -> tuple[int, int]:
    """How many notices were kept, and how many jobs are to apply them."""
    with Session(on.owner) as session:
        receipts = session.scalar(select(func.count()).select_from(WebhookReceipt))
        mine = Job.kind == "apply_stripe_event"
        jobs = session.scalar(select(func.count()).select_from(Job).where(mine))
    return receipts or 0, jobs or 0
