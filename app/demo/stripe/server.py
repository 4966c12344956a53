"""The stand-in as a web server: the API below /v1, and the pages that a person pays on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any

from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request, Response

from app.demo.stripe import pages
from app.demo.stripe.api import find
from app.demo.stripe.checkouts import expire_late
from app.demo.stripe.errors import Wrong
from app.demo.stripe.params import read
from app.demo.stripe.subscriptions import tick
from app.demo.stripe.world import Thing, World

Start = Callable[..., Any]


class Standin:
    """The application; `faults` are answers that the next calls get in place of their own."""

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key
        self.faults: list[int] = []
        self.calls: list[tuple[str, str]] = []

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        with self.world.lock:
            try:
                response = self._answer(request)
            finally:
                self.world.save()
        self.world.deliver()
        return response(environ, start)

    def _answer(self, request: Request) -> Response:
        if not request.path.startswith("/v1/"):
            return pages.answer(self.world, request)
        try:
            status, body = self._call(request)
        except Wrong as wrong:
            status, body = wrong.status, wrong.body
        return Response(json.dumps(body, default=str), status, mimetype="application/json")

    def _call(self, request: Request) -> tuple[int, Thing]:
        self.calls.append((request.method, request.path))
        if self.faults and (fault := self.faults.pop(0)):
            raise Wrong("An error occurred.", status=fault, kind="api_error")
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            raise Wrong("Invalid API Key provided.", status=401)
        path = request.path.removeprefix("/v1/")
        given = request.args if request.method == "GET" else request.form
        pairs = list(given.items(multi=True))
        once = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        if not once:
            return 200, self._work(request.method, path, pairs)
        digest = hashlib.sha256(repr((path, sorted(pairs))).encode()).hexdigest()
        if (kept := self.world.once(once, digest)) is not None:
            return kept
        try:
            status, body = 200, self._work(request.method, path, pairs)
        except Wrong as wrong:
            if wrong.status != 402:  # What was malformed may be repaired and sent again.
                raise
            status, body = wrong.status, wrong.body
        self.world.keys[once] = [digest, status, body]
        return status, body

    def _work(self, method: str, path: str, pairs: list[tuple[str, str]]) -> Thing:
        """Do what a call asks; the answer is a copy, as it goes over the wire."""
        found = find(method, path)
        if found is None:
            raise Wrong(f"Unrecognized request URL ({method}: /v1/{path}).", status=404)
        for customer in self.world.all("customer", test_clock=None):
            tick(self.world, customer)
        expire_late(self.world)
        call, ids = found
        body = call.work(self.world, ids, read(pairs, call.module, call.params))
        answer: Thing = json.loads(json.dumps(body, default=str))
        return answer


def serve(
    world: World, key: str, *, host: str = "127.0.0.1", port: int = 0
) -> tuple[BaseWSGIServer, Standin]:
    """Listen at an address of this machine; the caller runs `serve_forever` and `shutdown`."""
    standin = Standin(world, key)
    server = make_server(host, port, standin, threaded=True)
    world.secret["base_url"] = f"http://{host}:{server.port}"
    return server, standin


def serve_aside(world: World, key: str) -> tuple[BaseWSGIServer, Standin]:
    """The same in a thread, for tests."""
    server, standin = serve(world, key)
    Thread(target=server.serve_forever, daemon=True).start()
    return server, standin
