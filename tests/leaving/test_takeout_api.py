"""Programs take everything out too: asked for, followed, fetched, deleted, in every state."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from app.events import Event
from app.jobs.worker import Worker
from app.kernel import clock
from config.settings import Settings
from tenants import resolve
from tenants.lifecycle import suspend
from tests.cast import Person, Workspace
from tests.factories import make_account
from tests.records.api.conftest import Program, Programs, program

__all__ = ["program"]


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def robot(program: Programs, alice: Person) -> Program:
    """A program that may take everything out and nothing else."""
    return program(alice, "takeout:make")


def work(app: Flask, settings: Settings) -> None:
    Worker(app, settings, threads=1, grace=5).drain()


def test_everything_is_asked_for_followed_fetched_and_deleted(
    robot: Program, acme: Workspace, alice: Person, app: Flask, settings: Settings
) -> None:
    with acme.acting(alice) as by:
        make_account(by, "Fence & Sons")
    begun = robot.post("takeouts")
    assert begun.status_code == 202, begun.text
    assert begun.json is not None
    place = begun.headers["Location"].removeprefix("/api/v1/")
    assert (begun.json["state"], begun.json["file"]) == ("waiting", None)
    assert robot.post("takeouts").status_code == 422  # One at a time.
    assert robot.get(f"{place}/file").status_code == 404
    work(app, settings)
    done = robot.get(place).json
    assert done is not None
    assert (done["state"], done["file"]) == ("done", f"/api/v1/{place}/file")
    fetched = robot.get(f"{place}/file")
    assert fetched.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(fetched.data)) as pack:
        assert any("manifest" in name for name in pack.namelist())
    fetched.close()
    with acme.scope() as session:
        asked = select(Event).where(Event.verb == "takeout_fetched")
        assert session.scalars(asked).one().via == "api"
    assert [one["id"] for one in robot.get("takeouts").json["data"]] == [done["id"]]  # type: ignore[index]
    assert robot.delete(place).status_code == 204
    assert robot.get(place).status_code == 404


def test_it_is_there_for_a_suspended_workspace(
    robot: Program, acme: Workspace, owner: Engine
) -> None:
    suspend(owner, "acme", now=clock.now())
    resolve.forget()
    assert robot.post("takeouts").status_code == 202
    assert robot.get("takeouts").status_code == 200


def test_only_who_may_takes_everything_out(
    program: Programs, alice: Person, bob: Person, acme: Workspace
) -> None:
    for one in (program(bob), program(alice, "contact:read")):
        assert one.get("takeouts").status_code == 403
        assert one.post("takeouts").status_code == 403
