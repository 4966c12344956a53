"""What a demo keeps between its runs, and how other commands find the demo's database.

`./zuke tenants list` typed beside a running demo means the demo, without a variable to set.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

from app.cli.errors import CommandError
from app.cli.postgres.places import ROOT
from app.kernel import clock
from config.machine import adopt, read_machine

STATE = ROOT / ".zuke"
STATE_FILE = STATE / "demo.json"
FILES = STATE / "files"
CLOCK = FILES / "clock"  # By how many seconds the demo's time was moved ahead.
DATABASE = "zuke_demo"


@dataclass(frozen=True)
class DemoState:
    """The demo's secret, ports and choice of account; they outlive one run."""

    secret_key: str
    port: int
    mail_port: int
    mail_in_port: int = 0  # None was chosen by a demo from before.
    stripe_port: int = 0
    account: str | None = None
    own_server: bool = True  # False where the user gave the database's URLs.

    def environment(self, database_url: str) -> dict[str, str]:
        """Return the variables of the demo's web process, which may not know the owner's URL."""
        return {
            "ZUKE_ENV": "demo",
            "DATABASE_URL": database_url,
            "SECRET_KEY": self.secret_key,
            "BASE_URL": f"http://localhost:{self.port}",
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "INBOUND_MAIL_DOMAIN": "in.localhost",
            "FILES_URL": FILES.as_uri(),
            "OUTGOING_LOOPBACK": "true",  # So that a webhook can be tried on this machine.
            "STRIPE_SECRET_KEY": "sk_test_demo",
            "STRIPE_WEBHOOK_SECRET": f"whsec_{self.secret_key[:24]}",
            "STRIPE_API_BASE": f"http://127.0.0.1:{self.stripe_port}",
            "DEMO_CLOCK": str(CLOCK),
            "PROVIDER_EMAIL": "hello@zuke.example",
            "TRANSFER_HOLDER": "租客演示软件有限公司",
            "TRANSFER_BANK": "演示银行上海示范支行",
            "TRANSFER_ACCOUNT": "0000 1111 2222 3333",
            "TRANSFER_CODE": "000000000000",
        }

    def save(self) -> None:
        """Write the state where only we may read it."""
        STATE.mkdir(exist_ok=True)
        half = STATE_FILE.with_suffix(".part")
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file)
        half.rename(STATE_FILE)


def load_state() -> DemoState | None:
    """Return what the last demo left, or None where there was none."""
    with suppress(OSError, ValueError, TypeError):
        return DemoState(**json.loads(STATE_FILE.read_text()))
    return None


def new_secret() -> str:
    """Return a fresh secret for cookies and links."""
    return secrets.token_urlsafe(48)


def demo_urls() -> tuple[str, str] | None:
    """Return the application's and the owner's URL that the user gave, or None for neither."""
    machine = read_machine()
    if machine.database_url and machine.database_owner_url:
        return machine.database_url, machine.database_owner_url
    if machine.database_url or machine.database_owner_url:
        raise CommandError(
            "DATABASE_URL and DATABASE_OWNER_URL go together: set both, or neither for a "
            "PostgreSQL of our own."
        )
    return None


@contextmanager
def demo_database() -> Iterator[None]:
    """Let a command meet this clone's demo, unless its environment names another database."""
    state = load_state()
    machine = read_machine()
    named = machine.database_url or machine.database_owner_url
    if state is None or not state.own_server or named:
        yield
        return
    from app.cli.postgres.databases import bootstrap
    from app.cli.postgres.server import ensure_running

    server = ensure_running(account=state.account)
    try:
        urls = bootstrap(server.superuser_url, DATABASE)
        adopt(**state.environment(urls.app), DATABASE_OWNER_URL=urls.owner)
        clock.follow(CLOCK)
        yield
    finally:
        clock.follow(None)
        server.stop()
