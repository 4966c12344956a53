"""Numbers for Prometheus: requests by route, the connection pool, the jobs.

Worker processes share a folder (`config/metrics.py`), so whichever answers `/metrics` answers for
all of them. What the database knows is read when it is asked for.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import REGISTRY as OWN
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from app.jobs.overview import STATES, count_by_state, oldest_due
from app.kernel import clock
from config.metrics import multiprocess_folder
from tenants.database import control_session, db

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter(
    "zuke_requests", "Requests answered", ["endpoint", "method", "status"], registry=OWN
)
SECONDS = Histogram(
    "zuke_request_seconds",
    "Time from a request to its answer",
    ["endpoint", "method"],
    buckets=BUCKETS,
    registry=OWN,
)
IN_USE = Gauge(
    "zuke_database_connections_in_use",
    "Connections taken from the pools",
    multiprocess_mode="livesum",
    registry=OWN,
)


def measure(app: Flask) -> None:
    """Count and time every request of `app`, and watch its connection pool."""
    app.before_request(_start)
    app.after_request(_stop)
    with app.app_context():
        _watch(db.engine)


def _start() -> None:
    g.started = perf_counter()


def _stop(response: Response) -> Response:
    """Note the answer under its route's name: addresses are without number, routes are not."""
    endpoint = request.endpoint or "none"
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(endpoint, method, str(response.status_code)).inc()
    if "started" in g:
        SECONDS.labels(endpoint, method).observe(perf_counter() - g.started)
    return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _watch(engine: Engine) -> None:
    @event.listens_for(engine, "checkout")
    def _out(_dbapi: object, _record: object, _proxy: object) -> None:
        IN_USE.inc()

    @event.listens_for(engine, "checkin")
    def _back(_dbapi: object, _record: object) -> None:
        IN_USE.dec()


class JobCollector(Collector):
    """The queue as it stands: jobs by kind and state, and how long the oldest due one waits."""

    def collect(self) -> Iterable[Metric]:
        """Read the queue; without a database these numbers are missing, not zero."""
        try:
            with control_session() as session:
                counts = count_by_state(session)
                waited = oldest_due(session, clock.now())
        except SQLAlchemyError:
            return []
        jobs = GaugeMetricFamily("zuke_jobs", "Jobs by kind and state", labels=["kind", "state"])
        totals = Tally({("all", state): 0 for state in STATES})
        for (kind, state), n in counts.items():
            jobs.add_metric([kind, state], n)
            totals["all", state] += n
        for (kind, state), n in totals.items():
            jobs.add_metric([kind, state], n)
        oldest = GaugeMetricFamily(
            "zuke_job_oldest_due_seconds", "How long the longest-waiting due job has waited"
        )
        oldest.add_metric([], waited)
        return [jobs, oldest]


def exposition() -> bytes:
    """Everything in Prometheus' text form."""
    registry = OWN
    if multiprocess_folder() is not None:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    jobs = CollectorRegistry()
    jobs.register(JobCollector())
    return generate_latest(registry) + generate_latest(jobs)
