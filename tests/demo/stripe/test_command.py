"""`zuke stripe-standin`: what the demo runs tells the service by the clock that it moves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from app.cli.postgres.places import ROOT

KEY, DAY, PATIENCE = "sk_test_told", 86400, 30


@pytest.fixture
def heard() -> Iterator[tuple[str, Queue[str]]]:
    """Where notices go, and the signatures of those that came."""
    signatures: Queue[str] = Queue()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            signatures.put(self.headers["Stripe-Signature"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Ear)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", signatures
    server.shutdown()
    server.server_close()


@pytest.fixture
def standing_in(heard: tuple[str, Queue[str]], tmp_path: Path) -> Iterator[str]:
    """The command as the demo starts it; answers with its address."""
    variables = {
        "ZUKE_ENV": "demo",
        "DATABASE_URL": "postgresql+psycopg2://zuke_app@db/zuke",
        "SECRET_KEY": "s" * 48,
        "BASE_URL": "http://localhost:8000",
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": "whsec_told",
        "DEMO_CLOCK": str(tmp_path / "clock"),
    }
    asked = ["-m", "app.cli", "stripe-standin", "--port", "0", "--notify", heard[0]]
    with subprocess.Popen(
        [sys.executable, *asked],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout is not None
        said = re.search(r"at (http://\S+)\.$", started.stdout.readline().strip())
        assert said is not None
        yield said[1]
        started.terminate()


def post(url: str, **typed: str) -> None:
    body = urlencode(typed).encode()
    head = {"Authorization": f"Bearer {KEY}", "Stripe-Version": "2025-09-30.clover"}
    with urlopen(Request(url, body, head)) as answer:
        assert answer.status == 200


def test_notices_are_signed_by_the_clock_that_was_moved(
    standing_in: str, heard: tuple[str, Queue[str]], tmp_path: Path
) -> None:
    post(f"{standing_in}/clock", days="3")
    assert (tmp_path / "clock").read_text() == str(3 * DAY)
    post(f"{standing_in}/v1/customers", name="Acme")
    signed = re.match(r"t=(\d+),", heard[1].get(timeout=PATIENCE))
    assert signed is not None
    assert abs(int(signed[1]) - time.time() - 3 * DAY) < PATIENCE
