"""What the stand-in answers with when it refuses, in Stripe's own form."""

from __future__ import annotations

from typing import Any


class Wrong(Exception):
    """A refusal with Stripe's type, code and parameter."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "error": {
                key: value
                for key, value in {
                    "type": kind,
                    "message": message,
                    "code": code,
                    "param": param,
                    **more,
                }.items()
                if value is not None
            }
        }


def missing(kind: str, its_id: str, param: str = "id") -> Wrong:
    """There is no such object."""
    return Wrong(f"No such {kind}: '{its_id}'", status=404, code="resource_missing", param=param)


def declined(code: str, message: str) -> Wrong:
    """The card was not charged."""
    return Wrong(message, status=402, kind="card_error", code="card_declined", decline_code=code)
