"""Programs elsewhere that webhooks tell: real servers on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from standardwebhooks import Webhook as Signature

from app.automation.webhooks.models import Webhook, WebhookDelivery
from app.automation.webhooks.operations import Fresh, Wish, create_webhook
from app.automation.webhooks.sender import sender_of
from app.jobs.worker import Worker
from app.records.door import perform
from config.settings import Settings
from tests.cast import Person, Workspace

PATIENCE = 60  # Seconds until what does not come counts as missing.


@dataclass
class Message:
    """One request that came to a receiver."""

    headers: dict[str, str]
    body: str

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = self.told["data"]
        return found

    def is_signed_by(self, secret: str) -> bool:
        Signature(secret).verify(self.body, self.headers)
        return True


@dataclass
class Receiver:
    """A program elsewhere; `answers` are given one after the other, the last one for ever.

    An answer is a status, or a status with headers; `hold` keeps every answer back until it is set.
    """

    answers: list[Any] = field(default_factory=lambda: [204])
    text: bytes = b""
    messages: list[Message] = field(default_factory=list)
    hold: threading.Event | None = None
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        receiver = self
        self._lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver._take(self)

            def log_message(self, *_words: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"])).decode()
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.messages.append(Message(dict(request.headers), body))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if self.hold is not None:
            self.hold.wait(PATIENCE)
        with self._lock:
            self.at_once -= 1
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        request.send_response(status)
        for key, value in headers.items():
            request.send_header(key, value)
        request.end_headers()
        request.wfile.write(self.text)

    def stop(self) -> None:
        if self.hold is not None:
            self.hold.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., Receiver]]:
    """Make programs elsewhere."""
    made: list[Receiver] = []

    def make(*answers: Any, **more: Any) -> Receiver:
        made.append(Receiver(list(answers) or [204], **more))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def receiver(elsewhere: Callable[..., Receiver]) -> Receiver:
    """A program elsewhere that takes whatever comes."""
    return elsewhere()


@dataclass
class Hooks:
    """Webhooks of a workspace, and the worker that sends."""

    app: Flask
    settings: Settings

    def make(
        self, person: Person, url: str, *events: str, name: str = "Stock", scopes: Any = None
    ) -> Fresh:
        """A webhook of somebody's."""
        with self.app.app_context(), person.workspace.acting(person) as by:
            narrowed = by.rights.narrowed(frozenset(scopes)) if scopes is not None else by.rights
            wish = Wish(name, url, events or ("account.created",))
            return create_webhook(replace(by, rights=narrowed), wish)

    def work(self) -> None:
        """Do all that is due, and wait until what is under way has ended."""
        worker = Worker(self.app, self.settings)
        while True:
            ran = worker.drain()
            assert sender_of(self.app, self.settings).wait(PATIENCE)
            if not ran:
                return

    def webhook(self, workspace: Workspace, webhook_id: UUID) -> Webhook:
        with workspace.scope() as session:
            return session.get_one(Webhook, webhook_id)

    def deliveries(self, workspace: Workspace) -> Sequence[WebhookDelivery]:
        """Every delivery, the earliest first."""
        with workspace.scope() as session:
            order = (WebhookDelivery.created_at, WebhookDelivery.id)
            return session.scalars(select(WebhookDelivery).order_by(*order)).all()

    def one(self, workspace: Workspace) -> WebhookDelivery:
        (found,) = self.deliveries(workspace)
        return found


@pytest.fixture
def hooks(app: Flask, settings: Settings, clean: None) -> Hooks:
    return Hooks(app, settings)


class Statements:
    """Counts what is asked of the database."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __enter__(self) -> Statements:
        event.listen(Engine, "before_cursor_execute", self._hear)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._hear)

    def _hear(self, _conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.said.append(statement)


def make_account(person: Person, **fields: object) -> str:
    """A customer of somebody; answers with its id."""
    with person.workspace.acting(person) as by:
        return str(perform("account", "create", by=by, **({"name": "Fence & Sons"} | fields)).id)
