"""A real server for the tests of the command line: the one that was named, else our own."""

from collections.abc import Iterator

import pytest

from app.cli.postgres.databases import DatabaseUrls, create_database, drop_database
from app.cli.postgres.server import ensure_running
from config.machine import read_machine


@pytest.fixture(scope="session")
def superuser_url() -> Iterator[str]:
    named = read_machine().test_superuser_url
    if named:
        yield named
        return
    server = ensure_running()
    yield server.superuser_url
    server.stop()


@pytest.fixture
def database(superuser_url: str, worker_id: str) -> Iterator[DatabaseUrls]:
    """A database that is as it should be, for this test alone."""
    name = f"zuke_cli_{worker_id}"
    yield create_database(superuser_url, name)
    drop_database(superuser_url, name)
