"""Programs that call the API with a token of somebody of the cast."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.identity.models import User
from app.identity.operations.tokens import create_token
from tests.cast import Person, Workspace


@dataclass
class Program:
    """Calls the API of one workspace with one token."""

    app: Flask
    host: str
    token: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send `body` as JSON (bytes as they are); header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            named.setdefault("Content-Type", "application/json")
        return self.app.test_client().open(
            f"/api/v1/{path}",
            method=method,
            data=data,
            headers=named,
            base_url=f"http://{self.host}",
        )

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> TestResponse:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.call("DELETE", path, **headers)

    def make(self, collection: str = "accounts", **fields: Any) -> dict[str, Any]:
        """A record just created, as the API shows it."""
        response = self.post(collection, {"name": "Fence & Sons"} | fields)
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json
        return made


def fields_in(response: TestResponse, status: int = 422) -> list[str]:
    """The fields that a problem names."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    assert response.json is not None
    assert response.json["status"] == status
    return [error["field"] for error in response.json.get("errors", [])]


Programs = Callable[..., Program]


@pytest.fixture
def program(app: Flask) -> Programs:
    """Makes a program that acts as a person, with all they may do or with `scopes`."""

    def make(person: Person, *scopes: str) -> Program:
        workspace: Workspace = person.workspace
        with workspace.acting(person) as by:
            by.session.info["tenant"] = workspace.facts
            user = by.session.get_one(User, person.user_id)
            service = workspace.actor()
            fresh = create_token(service, user, name="Test", scopes=scopes or ("*",))
            return Program(app, workspace.host, fresh.secret)

    return make
