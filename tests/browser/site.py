"""The real application, served on loopback to a browser on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition, Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from config.settings import Settings
from tests.browser.pace import Late, Pace

LOOPBACK = "127.0.0.1"
PATIENCE = 30.0  # Seconds that a request may take to end.


class Traffic:
    """Counts the requests under way; entered and left by each of them."""

    def __init__(self) -> None:
        self._running = 0
        self._changed = Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._running += 1

    def __exit__(self, *_error: object) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def wait_for_silence(self) -> None:
        """Return once nothing is being answered any more."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._running == 0, PATIENCE)


@dataclass(frozen=True, slots=True)
class Site:
    """A running service: its application, its port and what it is busy with."""

    app: Flask
    port: int
    traffic: Traffic

    @property
    def url(self) -> str:
        """The service's own address; browsers find every `*.localhost` on this machine."""
        return f"http://localhost:{self.port}"

    def workspace(self, slug: str) -> str:
        """The address of the workspace `slug`."""
        return f"http://{slug}.localhost:{self.port}"


class Handler(WSGIRequestHandler):
    """Answers without a line for each request, and keeps connections open as servers do."""

    protocol_version = "HTTP/1.1"
    traffic: Traffic

    def run_wsgi(self) -> None:
        """Answer one request, counted."""
        with self.traffic:
            super().run_wsgi()

    def log(self, kind: str, message: str, *args: object) -> None:
        """Say nothing: the application has a log of its own."""


@contextmanager
def serve(settings: Settings, pace: Pace) -> Iterator[Site]:
    """Serve the application in threads at a port that is free, until the block ends.

    The answers come as late as `pace` says.
    """
    traffic = Traffic()
    handler = type("CountedHandler", (Handler,), {"traffic": traffic})
    with socket.create_server((LOOPBACK, 0)) as door:
        port = door.getsockname()[1]
        app = create_app(settings.model_copy(update={"base_url": f"http://localhost:{port}"}))
        server = make_server(
            LOOPBACK,
            port,
            Late(app, pace) if pace.is_late else app,
            threaded=True,
            request_handler=handler,
            fd=door.fileno(),
        )
        server.daemon_threads = True
        runner = Thread(target=server.serve_forever, name="site")
        runner.start()
        try:
            yield Site(app, port, traffic)
        finally:
            server.shutdown()
            runner.join()
            server.server_close()
