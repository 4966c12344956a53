"""The routes of mails."""

from app.mail.routes import api, compose, ledger, messages, outgoing, senders, signature
from app.mail.routes.blueprint import blueprint

__all__ = ["api", "blueprint", "compose", "ledger", "messages", "outgoing", "senders", "signature"]
