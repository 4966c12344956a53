"""A worker with kinds of jobs made for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.jobs.kinds import Kind
from app.jobs.registry import Registry, connect
from app.jobs.worker import Worker
from config.settings import Settings
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Workspace

Hire = Callable[..., Worker]


@pytest.fixture
def hire(engine_app: Flask, settings: Settings, clean: None) -> Iterator[Hire]:
    """Make a worker that knows the given kinds of jobs."""

    def make(*kinds: Kind, owner: Engine | None = None, threads: int = 4) -> Worker:
        connect(engine_app, Registry(kinds))
        return Worker(engine_app, settings, owner, threads=threads, grace=5)

    yield make
    engine_app.extensions.pop("zuke-jobs", None)


@pytest.fixture
def queue(engine_app: Flask, clean: None) -> Queue:
    return Queue(engine_app)


class Queue:
    """The queue as a test looks at it and turns its hands."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def jobs(self, workspace: Workspace | None = None) -> list[Job]:
        """Every job, or those of one workspace, in the order in which they were made."""
        query = select(Job).order_by(Job.id)
        if workspace is not None:
            query = query.where(Job.tenant_id == workspace.facts.id)
        with self.app.app_context(), control_session() as session:
            return list(session.scalars(query))

    def one(self) -> Job:
        """The only job there is."""
        (job,) = self.jobs()
        return job

    def change(self, **values: Any) -> None:
        """Write columns of every job."""
        with self.app.app_context(), control_session() as session:
            for job in session.scalars(select(Job)):
                for name, value in values.items():
                    setattr(job, name, value)
