"""The routes of mails."""

from app.mail.routes import (
    api,
    api_senders,
    compose,
    ledger,
    messages,
    outgoing,
    senders,
    signature,
)
from app.mail.routes.blueprint import blueprint

__all__ = [
    "api",
    "api_senders",
    "blueprint",
    "compose",
    "ledger",
    "messages",
    "outgoing",
    "senders",
    "signature",
]
