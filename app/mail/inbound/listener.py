"""The socket at which mail comes in: aiosmtpd, within the bounds of the receiver."""

from __future__ import annotations

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from app.mail.inbound.server import LARGEST, Receiver

# RFC 5321 (4.5.3.1.6) lets nobody count on more than 998; programs that fold nothing send more.
LONGEST_LINE = 1024 * 1024


class _Server(SMTP):
    line_length_limit = LONGEST_LINE


class Listener(Controller):
    """Takes mail in at one address of this machine, up to LARGEST bytes each."""

    def __init__(self, receiver: Receiver, *, host: str, port: int) -> None:
        super().__init__(
            receiver,
            hostname=host,
            port=port,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            ident="Zuke",
        )

    def factory(self) -> SMTP:
        """One conversation."""
        return _Server(self.handler, **self.SMTP_kwargs)
