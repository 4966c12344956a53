"""Measuring an address: one request after the other, then eight connections at once."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from app.cli.errors import CommandError
from bench.drive import drive
from bench.figures import NO_LIMIT, Figure, Limit, of_samples
from bench.http import Connection
from bench.pace import look, slowness
from bench.service import Service

WARM, COUNTED = 24, 80
CONNECTIONS, SECONDS = 8, 4.0
WARM_CONNECTIONS = 8  # Enough that every worker process has compiled what the page needs.


def measure(
    name: str,
    web: Service,
    requests: Sequence[bytes],
    *,
    limit: Limit = NO_LIMIT,
    status: int = 200,
    note: str = "",
    at_once: bool = True,
    counted: int = COUNTED,
) -> Figure:
    """The figure of `requests`, asked in turn `counted` times; each must be answered `status`."""
    _warm(web, requests, status, min(WARM, counted))
    before = look()
    samples = one_by_one(web, requests, counted, status)
    between = after = look()
    rate = None
    if at_once:
        driven = drive(web.port, requests, connections=CONNECTIONS, seconds=SECONDS)
        if set(driven.statuses) - {status}:
            raise CommandError(f"{name}: under load it was answered with {driven.statuses}.")
        rate, after = driven.rate, look()
    return of_samples(
        name,
        samples,
        rate=rate,
        limit=limit,
        note=note,
        slowness=slowness(before, between),
        rate_slowness=slowness(between, after),
    )


def one_by_one(
    web: Service, requests: Sequence[bytes], count: int, status: int = 200
) -> list[float]:
    """Milliseconds of `count` requests on one connection."""
    connection = Connection(web.port)
    samples = []
    for number in range(count):
        request = requests[number % len(requests)]
        began = perf_counter()
        answer = connection.ask(request)
        samples.append((perf_counter() - began) * 1000)
        if answer.status != status:
            line = request.split(b"\r\n", 1)[0].decode("latin-1")
            raise CommandError(f"{line} was answered with {answer.status} and not {status}.")
    connection.close()
    return samples


def side_by_side(
    web: Service, requests: Sequence[bytes], others: Sequence[bytes]
) -> tuple[list[float], list[float]]:
    """Milliseconds of two kinds of requests, asked in turns, so that noise meets both alike."""
    ours: list[float] = []
    theirs: list[float] = []
    for _round in range(COUNTED // 10):
        ours += one_by_one(web, requests, 10)
        theirs += one_by_one(web, others, 10)
    return ours, theirs


def _warm(web: Service, requests: Sequence[bytes], status: int, asked: int) -> None:
    """Ask over several connections, so that every worker process has met the page."""
    for _number in range(WARM_CONNECTIONS):
        one_by_one(web, requests, -(-asked // WARM_CONNECTIONS), status)
