"""Logs: whose request, and no secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import structlog

from config.logging import (
    bind_more,
    bind_request,
    configure_logging,
    formatter,
    redact_text,
    unbind,
)
from config.settings import Settings

SECRETS = [
    "postgresql://zuke_app:hunter2-db@db.example/zuke",
    "smtp://mailer:hunter2-smtp@mail.example:587",
    "Authorization: Bearer hunter2-bearer.abc",
    "Basic aHVudGVyMi1iYXNpYw==",
    "zk_hunter2-api-token",
    "password=hunter2-form&email=bob%40acme.example",
    "new_password: hunter2-colon",
    '{"client_secret": "hunter2-json"}',
    "GET /password/reset/hunter2-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1",
    "/invitations/hunter2-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb?next=/",
    "[parameters: {'password_hash': 'hunter2-sql', 'x': 'hunter2-value'}]",
    "DETAIL:  Key (email)=(hunter2@acme.example) already exists.",
]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a logger of this test writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    log = logging.getLogger("zuke.test")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
    was = structlog.get_config()
    root = logging.getLogger()
    kept = root.handlers[:], root.level
    configure_logging(Settings(), io.StringIO())
    yield stream
    structlog.configure(**was)
    root.handlers, root.level = kept
    logging.captureWarnings(capture=False)
    unbind()


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_each_line_is_json_and_tells_whose_request_it_was(lines: io.StringIO) -> None:
    bind_request("request-1", tenant="acme", tenant_id=UUID(int=7))
    bind_more(user_id=UUID(int=9))
    structlog.get_logger("zuke.test").info("saved", n=3)
    logging.getLogger("zuke.test").warning("A library said %s.", "this")
    ours, theirs = read(lines)
    for line in (ours, theirs):
        assert line["request_id"] == "request-1"
        assert line["tenant"] == "acme"
        assert line["tenant_id"] == str(UUID(int=7))
        assert line["user_id"] == str(UUID(int=9))
        assert line["at"].endswith("Z")
    assert (ours["event"], ours["n"], ours["level"]) == ("saved", 3, "info")
    assert theirs["event"] == "A library said this."


def test_the_next_request_inherits_nothing(lines: io.StringIO) -> None:
    bind_request("request-1", tenant="acme")
    bind_request("request-2")
    structlog.get_logger("zuke.test").info("hello")
    assert "tenant" not in read(lines)[0]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_in_texts_are_taken_out(lines: io.StringIO, secret: str) -> None:
    logging.getLogger("zuke.test").error("It went wrong: %s", f"\n{secret}")
    structlog.get_logger("zuke.test").info("seen", what=secret, deep=[{"x": secret}])
    structlog.get_logger("zuke.test").info(secret)
    assert "hunter2" not in lines.getvalue()
    assert "aHVudGVyMi" not in lines.getvalue()
    assert len(read(lines)) == 3


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "new_password",
        "token",
        "csrf_token",
        "secret_key",
        "Authorization",
        "Cookie",
        "set-cookie",
        "api_key",
        "smtp_dsn",
        "session_token",
    ],
)
def test_secrets_by_their_keys_are_taken_out(lines: io.StringIO, key: str) -> None:
    log = structlog.get_logger("zuke.test")
    log.info("one", **{key: "hunter2"})
    log.info("two", headers={key: "hunter2"}, rows=[{"a": {key: "hunter2"}}])
    assert "hunter2" not in lines.getvalue()


def test_secrets_in_exceptions_are_taken_out(lines: io.StringIO) -> None:
    try:
        raise ValueError("postgresql://zuke_app:hunter2@db/zuke refused password=hunter2")
    except ValueError:
        logging.getLogger("zuke.test").exception("It failed.")
        structlog.get_logger("zuke.test").exception("it_failed")
    assert "hunter2" not in lines.getvalue()
    assert all("ValueError" in line["exception"] for line in read(lines))


@pytest.mark.parametrize(
    "harmless",
    [
        "/accounts/01a2017a-dc40-72a6-9734-ec02879e49d8/edit",
        "https://zuke.example/accounts?sort=-name",
        "The tokens are counted.",
        "/static/dist/app-DHX6Y2C7.js",
        "王小明 saved a contact",
    ],
)
def test_what_is_no_secret_stays(harmless: str) -> None:
    assert redact_text(harmless) == harmless


def test_a_value_that_is_no_json_does_not_break_the_line(lines: io.StringIO) -> None:
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    structlog.get_logger("zuke.test").info("odd", what=object(), loop=loop, raw=b"\xff")
    assert read(lines)[0]["event"] == "odd"
