"""Logs: one JSON object a line to standard output, with request and tenant, without secrets.

Both structlog's loggers and the standard library's (SQLAlchemy, gunicorn, Werkzeug) go through the
same processors, so that a library cannot write past the redaction.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TextIO
from uuid import UUID

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from config.settings import Settings

REDACTED = "[redacted]"
SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)?$|password|secret|token|authorization|cookie|api_?key|dsn|otp|csrf",
    re.IGNORECASE,
)
# user:password@ in an address, what a statement was given, and the detail of a constraint.
USERINFO = re.compile(r"(?<=://)[^/\s@]+(?=@)")
BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE)
OUR_TOKEN = re.compile(r"\bzk_[\w-]+")
ASSIGNED = re.compile(
    r"""(?i)\b(\w*(?:password|secret|token|api_?key)\w*["']?)(\s*[=:]\s*["']?|%3D)([^\s&,;"')\]}]+)"""
)
PARAMETERS = re.compile(r"^(\[parameters: |DETAIL: ).*$", re.MULTILINE)
# A part of a path that is long and random: an invitation, a reset, an unsubscription.
PATH_SECRET = re.compile(r"(?<=/)(?=[\w-]*[A-Za-z])[\w-]{24,}(?=$|[/?#\s\"])")
# What every one of these needs; most texts of most lines hold nothing of it and are done at once.
MAYBE_SECRET = re.compile(
    r"://|bearer|basic|zk_|password|secret|token|api_?key|parameters|detail|/[\w-]{24}",
    re.IGNORECASE,
)
AN_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
DEEPEST = 6


def configure_logging(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line of this process to standard output (or `stream`) as JSON."""
    structlog.configure(
        processors=[
            *_common(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    logging.captureWarnings(capture=True)
    for talkative in ("alembic", "asyncio", "mail.log"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def formatter() -> logging.Formatter:
    """The formatter that every handler uses; it redacts last, so nothing gets by it."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_common(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )


def _common() -> list[Processor]:
    """What is added to each line, ours or a library's."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
    ]


def bind_request(
    request_id: str,
    *,
    tenant: str | None = None,
    tenant_id: UUID | None = None,
    user_id: UUID | None = None,
) -> None:
    """Begin a request: every line from here on in this context carries these, and no other's."""
    structlog.contextvars.clear_contextvars()
    bind_more(tenant=tenant, tenant_id=tenant_id, user_id=user_id)
    structlog.contextvars.bind_contextvars(request_id=request_id)


def bind_more(
    *, tenant: str | None = None, tenant_id: UUID | None = None, user_id: UUID | None = None
) -> None:
    """Add what became known during the request; what is None is left alone."""
    known = {"tenant": tenant, "tenant_id": tenant_id, "user_id": user_id}
    structlog.contextvars.bind_contextvars(
        **{name: str(value) for name, value in known.items() if value is not None}
    )


def unbind() -> None:
    """End a request: the next line in this context belongs to nobody."""
    structlog.contextvars.clear_contextvars()


@contextmanager
def bound(**values: str | None) -> Iterator[None]:
    """Add values to each line of a with block; what is None is left out."""
    with structlog.contextvars.bound_contextvars(
        **{name: value for name, value in values.items() if value is not None}
    ):
        yield


def redact(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Take secrets out of a line: by the name of the key, and by the shape of the text."""
    return {key: _clean(key, value, 0) for key, value in line.items()}


@lru_cache(maxsize=1024)
def _is_secret_key(key: str) -> bool:
    """True when what stands under this key is secret whatever it looks like."""
    return SECRET_KEY.search(key) is not None


def _clean(key: str, value: object, depth: int) -> object:
    if _is_secret_key(key) and not isinstance(value, (bool, int, float)):
        return REDACTED if value else value
    if depth >= DEEPEST:
        return REDACTED
    if isinstance(value, Mapping):
        return {str(k): _clean(str(k), v, depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean("", one, depth + 1) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return redact_text(value if isinstance(value, str) else str(value))


def redact_text(text: str) -> str:
    """`text` without credentials in addresses, headers, assignments and paths."""
    if not MAYBE_SECRET.search(text):
        return text
    text = USERINFO.sub(REDACTED, text)
    text = BEARER.sub(rf"\1 {REDACTED}", text)
    text = OUR_TOKEN.sub(REDACTED, text)
    text = ASSIGNED.sub(rf"\1\2{REDACTED}", text)
    text = PARAMETERS.sub(rf"\1{REDACTED}", text)
    return PATH_SECRET.sub(lambda m: m[0] if AN_ID.match(m[0]) else REDACTED, text)
