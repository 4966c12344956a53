"""`zuke mailsink`: a mail server of this machine that delivers nothing and keeps everything.

Demo, tests and compose send their mails here; an operator reads them at /operator/mail.
"""

from __future__ import annotations

import signal
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

NAME = "mailsink"
HELP = "Take mails on this machine and keep them in a folder."
LARGEST = 10 * 1024 * 1024


class Sink:
    """Keeps each mail as a file before it says that it took it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(  # noqa: N802 - aiosmtpd names it.
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Store one mail; a full disk is a "not now", so that the sender tries again."""
        from app.kernel import clock
        from app.mail.sink import keep

        content = envelope.original_content or b""
        try:
            keep(self.folder, content, envelope.mail_from or "", envelope.rcpt_tos, clock.now())
        except OSError as error:
            return f"452 Could not be stored: {error.strerror}"
        return "250 Kept"


def configure(parser: ArgumentParser) -> None:
    """Declare where to listen and where to keep."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8025, help="port to listen at (8025)")
    parser.add_argument("--folder", type=Path, help="folder of the mails (below FILES_URL)")


def run(args: Namespace) -> int:
    """Listen until asked to end."""
    from config.settings import command_settings

    try:
        from aiosmtpd.controller import Controller
    except ImportError:
        raise CommandError(
            "aiosmtpd is not installed: it comes with ./zuke demo and test."
        ) from None
    from app.kernel import clock
    from app.mail.sink import sink_folder

    settings = command_settings()
    clock.follow(settings.moved_clock)
    folder = args.folder or sink_folder(settings)
    if folder is None:
        raise CommandError("Name a folder for the mails with --folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CommandError(f"The folder {folder} can't be made: {error.strerror}.") from error
    endings = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # Before the thread begins, so it has it too.
    controller = Controller(
        Sink(folder),
        hostname=args.host,
        port=args.port,
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
    )
    try:
        controller.start()
    except OSError as error:
        raise CommandError(f"Port {args.port} can't be had: {error.strerror}.") from error
    print(f"Keeping mails for {args.host}:{args.port} in {folder}.", flush=True)
    signal.sigwait(endings)
    controller.stop()
    return 0
