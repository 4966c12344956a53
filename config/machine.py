"""What the commands read of the machine they run on, apart from the service's own settings."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Machine:
    """The variables that steer demo, test and check."""

    postgres_programs: str | None  # ZUKE_PG_BIN: a folder with initdb, pg_ctl and postgres.
    chromium: str | None  # ZUKE_CHROMIUM: the browser of the browser tests.
    database_url: str | None
    database_owner_url: str | None
    test_superuser_url: str | None  # ZUKE_TEST_SUPERUSER_URL: a real server to run the tests on.
    data: str | None  # ZUKE_DATA: the whole year of a shop, for the bench `retail`.
    is_ci: bool  # CI: what is missing is then a failure and not a hint.


def read_machine() -> Machine:
    """Return what the environment says now; an empty variable counts as unset."""
    given = {name: value for name, value in os.environ.items() if value}
    return Machine(
        postgres_programs=given.get("ZUKE_PG_BIN"),
        chromium=given.get("ZUKE_CHROMIUM"),
        database_url=given.get("DATABASE_URL"),
        database_owner_url=given.get("DATABASE_OWNER_URL"),
        test_superuser_url=given.get("ZUKE_TEST_SUPERUSER_URL"),
        data=given.get("ZUKE_DATA"),
        is_ci=given.get("CI", "").lower() in {"1", "true", "yes"},
    )


def child_environment(**changes: str | None) -> dict[str, str]:
    """Return our environment with changes, for a program to start; None takes a variable away."""
    merged = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def adopt(**changes: str) -> None:
    """Set variables of our own process, before anything has read its settings."""
    os.environ.update(changes)
