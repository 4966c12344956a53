"""What a program sends to a call of its own, and doing it once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Response, request

from app.records.api.asked import refuse_arguments
from app.records.api.body import demand_known, read_object
from app.records.api.shape import Reply
from app.records.routes.api import repeatable
from app.web import current

Body = dict[str, Any]


def body_of(known: Iterable[str], *, may_be_empty: bool = False) -> Body:
    """The object that was sent; Refused where it, or the address, holds what nobody knows."""
    refuse_arguments(list(request.args))
    body = read_object(request.get_data(), request.mimetype, may_be_empty=may_be_empty)
    demand_known(body, known)
    return body


def once(
    work: Callable[[Body], Reply], known: Iterable[str] = (), *, may_be_empty: bool = True
) -> Response:
    """Do what a POST asks with the body that was sent, once for each Idempotency-Key."""
    body = body_of(known, may_be_empty=may_be_empty)
    return repeatable(current.actor(), body, lambda: work(body))
