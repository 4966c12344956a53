"""The routes of mails."""

from app.mail.routes import compose, ledger, messages, signature
from app.mail.routes.blueprint import blueprint

__all__ = ["blueprint", "compose", "ledger", "messages", "signature"]
