"""The API keeps what its own description says: no failure of ours, no answer that it does not name.

What stands here is bounded: one record type and all that is no type's, as every type is served by
the same code. `ZUKE_TEST_FUZZ=20` tries all of them with so many examples in each phase.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from app.crm.models import Account
from app.records.door import perform
from tests.cast import Person
from tests.records.api.conftest import Program, Programs, program

__all__ = ["program"]
WANTED = os.environ.get("ZUKE_TEST_FUZZ", "")
EXAMPLES = int(WANTED or 1)  # Of each phase, for each call.
LEFT_OUT = ("accounts", "activities", "products", "product_categories")
SEED = 20261122
# What we promise is that each answer is described; that each body which fits a schema is taken is
# not, as a reference may point to nothing and a choice may be barred.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def configured(of_alice: Program) -> SchemathesisConfig:
    generation = {"max-examples": EXAMPLES, "deterministic": True, "database": "none"}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "base-url": f"http://{of_alice.host}/api/v1",
            "headers": {"Authorization": f"Bearer {of_alice.token}"},
            "generation": {**generation, "no-shrink": True},
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
            "phases": {"stateful": {"generation": {"max-examples": EXAMPLES}}},
        }
    )


def at_host(app: Flask, host: str) -> Any:
    """The application as a caller of this host meets it, whatever host the request names."""

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        return app({**environ, "HTTP_HOST": host}, start_response)

    return serve


def bounded(document: dict[str, Any]) -> dict[str, Any]:
    """The document without what is the same as elsewhere in it."""
    if WANTED:
        return document
    paths = {
        path: calls
        for path, calls in document["paths"].items()
        if not set(LEFT_OUT) & set(path.split("/"))
    }
    return {**document, "paths": paths}


def failures(document: dict[str, Any], app: Flask, config: SchemathesisConfig) -> list[str]:
    """Each promise that was broken, and how many answers there were of each status."""
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = at_host(app, urlsplit(document["servers"][0]["url"]).netloc)
    found: list[str] = []
    answers: Counter[int] = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for event in from_schema(schema).execute():
            if isinstance(event, events.NonFatalError | events.FatalError):
                found.append(str(event))
            recorder = getattr(event, "recorder", None)
            if recorder is not None:
                found += broken(recorder)
                answers.update(
                    one.response.status_code
                    for one in recorder.interactions.values()
                    if one.response is not None
                )
    # Where nothing was found since nothing was reached, nothing was tried.
    assert answers[200] > 50, answers
    return sorted(set(found))


def broken(recorder: Any) -> list[str]:
    """What one scenario found, each with the request that shows it."""
    found = []
    for case_id, checks in recorder.checks.items():
        case = recorder.cases[case_id].value
        for check in checks:
            if check.failure_info is not None:
                told = str(check.failure_info.failure).replace("\n", " ")[:300]
                shown = check.failure_info.code_sample[:500]
                found.append(f"{case.method} {case.path}: {check.name}: {told} {shown}")
    return found


@pytest.fixture
def of_alice(program: Programs, alice: Person) -> Program:
    with alice.workspace.acting(alice) as by:
        account = perform("account", "create", by=by, name="Fence & Sons")
        assert isinstance(account, Account)
        perform("contact", "create", by=by, last_name="Li", account_id=str(account.id))
        perform("activity", "create", by=by, kind="task", subject="Call")
    return program(alice)


def test_the_api_keeps_what_its_description_says(of_alice: Program, app: Flask) -> None:
    document = bounded(of_alice.get("openapi.json").json)
    found = failures(document, app, configured(of_alice))
    assert not found, "\n".join(found)
