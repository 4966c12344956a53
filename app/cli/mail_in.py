"""`zuke mail-in`: takes what people forward, or send a hidden copy of, to their own address.

One receiver serves every workspace; whose a mail is follows from a proven address alone. Mail
servers of the world reach it on port 25, by a forwarding rule or behind a relay.
"""

from __future__ import annotations

import signal
from argparse import ArgumentParser, Namespace

from app.cli.errors import CommandError

NAME = "mail-in"
HELP = "Take in the mails that people forward to their own address here."


def configure(parser: ArgumentParser) -> None:
    """Declare where to listen."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8026, help="port to listen at (8026)")


def run(args: Namespace) -> int:
    """Listen until asked to end."""
    from app.cli.application import command_app
    from app.mail.inbound.listener import Listener
    from app.mail.inbound.server import Receiver

    app, settings = command_app(for_jobs=True, logs_to_stdout=True)
    if not settings.inbound_mail_domain:
        raise CommandError("INBOUND_MAIL_DOMAIN is missing: name the domain whose mail comes here.")
    endings = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # Before the thread begins, so it has it too.
    controller = Listener(Receiver(app, settings), host=args.host, port=args.port)
    try:
        controller.start()
    except OSError as error:
        raise CommandError(f"Port {args.port} can't be had: {error.strerror}.") from error
    print(
        f"Taking mail in for {settings.inbound_mail_domain} at {args.host}:{args.port}.", flush=True
    )
    signal.sigwait(endings)
    controller.stop()
    return 0
