"""How gunicorn serves the application: `gunicorn -c config/gunicorn.py wsgi:app`.

The application is loaded before the workers are forked (`preload_app`): they share its memory, and
a mistake in it stops the start instead of making workers come and go. Nothing may be connected at
that moment, and `post_fork` gives each worker an empty pool: a connection used by two processes
would mix their answers. A new release therefore needs a restart; SIGHUP reloads no code.

The threads of a worker are the only bound on requests at a time. A request's own time is bounded
by the statement timeout, the pool's wait and the clients' own limits; `timeout` is for a worker
that does not answer its master at all. A buffering proxy stands in front (see docs), so slow
clients hold no thread.
"""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

# The file is run by its path, so the project's folder is not yet where imports are looked for.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from config.logging import configure_logging, formatter, unbind
from config.metrics import forget_metrics, share_metrics
from config.settings import command_settings

if TYPE_CHECKING:
    from datetime import timedelta

    from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
    from gunicorn.config import Config  # type: ignore[import-untyped]
    from gunicorn.http.message import Request  # type: ignore[import-untyped]
    from gunicorn.http.wsgi import Response  # type: ignore[import-untyped]
    from gunicorn.workers.base import Worker  # type: ignore[import-untyped]

settings = command_settings()
configure_logging(settings)
share_metrics()

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = settings.web_concurrency
threads = settings.web_threads
worker_connections = 1000
preload_app = True
reuse_port = False
backlog = 512
control_socket_disable = True  # A thread and a socket in the account's home that nobody asks.

timeout = 60
graceful_timeout = 30
keepalive = 15
# A worker is replaced after a while, so that a slow leak stays small; not all at the same moment.
max_requests = 20_000
max_requests_jitter = 2_000
# Where it exists, memory: a worker that writes its sign of life to a busy disk looks dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - see above.

limit_request_line = 8190
limit_request_fields = 60
limit_request_field_size = 8190

# Who the client is, and whether it came by https, is decided by the application for the number of
# proxies that TRUSTED_PROXIES names. gunicorn itself believes no header about it.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
proxy_allow_ips = ""

loglevel = settings.log_level.lower()
accesslog = "-"  # Any value switches the access log on; the logger below decides where it goes.


class JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types.
    """gunicorn's logger with our lines: JSON, redacted, with the request's id and tenant."""

    def setup(self, cfg: Config) -> None:
        """Let both of gunicorn's loggers write through our formatter to standard output."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            handler = logging.StreamHandler(sys.stdout)
            handler.setFormatter(formatter())
            log.handlers = [handler]
            log.propagate = False

    def access(
        self, resp: Response, _req: Request, environ: dict[str, object], request_time: timedelta
    ) -> None:
        """One line for each answer; the query is left out, as it holds what people search for.

        It runs in the request's own thread, so the request's id and tenant are still bound.
        """
        structlog.get_logger("gunicorn.access").info(
            "request",
            method=environ.get("REQUEST_METHOD"),
            path=str(environ.get("RAW_URI", "")).partition("?")[0],
            status=int(str(resp.status).split(" ", 1)[0]),
            bytes=getattr(resp, "sent", 0),
            ms=round(request_time.total_seconds() * 1000, 1),
            address=environ.get("REMOTE_ADDR"),
        )
        unbind()


logger_class = JsonLogger


def when_ready(_server: Arbiter) -> None:
    """Keep the garbage collector off what the workers share, so that the pages stay shared."""
    gc.collect()
    gc.freeze()


def post_fork(_server: Arbiter, worker: Worker) -> None:
    """Give the worker a pool of its own; the master's connections, if any, stay the master's."""
    app = worker.app.wsgi()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose(close=False)


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """A worker that ended counts for nothing that is true only while it runs."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Arbiter) -> None:
    """Leave nothing behind."""
    forget_metrics()
