"""The background work of rates: fetching those of the day."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.kinds import Payload, Service
from app.jobs.registry import job, scopeless_job
from app.kernel.actor import Actor
from app.kernel.outgoing import Line
from app.records.money.source import FETCH, fetch_rates, fetch_soon, is_fetching
from tenants.facts import TenantFacts


@job("fetch_rates_daily", every=timedelta(days=1))
def fetch_daily(by: Actor, _payload: Payload) -> None:
    """Have the day's rates fetched where the workspace wants that."""
    if is_fetching(by):
        fetch_soon(by)


@scopeless_job(FETCH, first_retry=60)
def fetch(service: Service, tenant: TenantFacts) -> None:
    """Fetch the rates of the day; why that failed is told on the page."""
    fetch_rates(tenant, Line(allow_loopback=service.settings.outgoing_loopback))


JOBS = (fetch_daily, fetch)
