"""What the environment decides, with a default and a sentence each.

Production refuses to start with a missing or default secret, with debugging on, or with an
address that is not https; every refusal names the variable and the remedy.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Environment = Literal["production", "demo", "development", "test"]

WEAK_SECRETS = frozenset({"", "changeme", "change-me", "secret", "dev", "development"})
SECRET_LENGTH = 32
OURS = "Value error, "  # Pydantic puts it before the words of our own checks.
POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg2")


class SettingsError(Exception):
    """The environment is not fit to start with; the message names the variable and the remedy."""


class Settings(BaseSettings):
    """Every setting of the service; names are those of the environment, in lower case."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    zuke_env: Environment = "production"  # Demo and test relax what production insists on.
    database_url: str = ""  # The application's login (`zuke_app`).
    database_owner_url: str = ""  # Provisioning and migrations; never given to the web.
    secret_key: str = ""  # Signs cookies, seals second-step secrets; at least 32 characters.
    secret_key_fallbacks: str = ""  # Earlier secrets by comma: what they signed and sealed opens.
    base_url: str = "http://localhost:8000"  # The service's own address; workspaces are below it.
    smtp_url: str = ""  # smtp://user:password@host:587, smtps:// for TLS from the start.
    mail_from: str = "Zuke <no-reply@localhost>"  # The sender of the service's own mail.
    mails_per_hour: int = Field(default=1_000, ge=1)  # Of one workspace; the others wait.
    api_per_second: int = Field(default=8, ge=1)  # Calls of one token, over five seconds.
    inbound_mail_domain: str = ""  # Where mail to a workspace arrives.
    files_url: str = ""  # file:///folder or s3://bucket/prefix.
    fonts_folder: str = ""  # With Noto Sans CJK for documents; empty: the one that comes along.
    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api_base: str = ""
    transfer_holder: str = ""  # Our bank account, for transfers: in whose name,
    transfer_bank: str = ""  # at which bank and branch,
    transfer_account: str = ""  # its number; without one, nobody is offered to pay so,
    transfer_code: str = ""  # the bank's code (联行号, SWIFT),
    transfer_currency: str = "CNY"  # and the currency that it takes.
    sentry_dsn: str = ""
    log_level: str = "INFO"
    web_concurrency: int = Field(default=2, ge=1, le=64)  # Worker processes of gunicorn.
    web_threads: int = Field(default=4, ge=1, le=64)  # Threads in each worker process.
    database_pool_size: int = Field(default=8, ge=1, le=200)
    statement_timeout_ms: int = Field(default=5_000, ge=100)  # A page's statement may take this.
    job_statement_timeout_ms: int = Field(default=60_000, ge=100)
    tenants_per_connection: int = Field(default=100, ge=1)  # Then the connection is replaced.
    max_body_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    max_file_bytes: int = Field(default=25 * 1024 * 1024, ge=1024)  # Of one file on a record.
    max_upload_bytes: int = Field(default=110 * 1024 * 1024, ge=1024)  # A body that holds files.
    operator_networks: str = ""  # From where the console answers, by comma; empty: everywhere.
    operator_two_factor: bool = True  # Operators need a second step; never in the demo.
    trusted_proxies: int = Field(default=0, ge=0, le=5)  # Reverse proxies in front of gunicorn.
    outgoing_loopback: bool = False  # Webhooks may call this machine: for tests and the demo.
    demo_clock: str = ""  # A file with the seconds by which the demo's time is ahead.
    provider_name: str = Field(default="Zuke", min_length=1, max_length=200)  # Who rents it out.
    provider_email: str = Field(default="", max_length=254)  # Where who rents, or may, writes to.
    # What the terms promise to those who rent; whoever runs the service sets what they keep.
    promised_availability: Decimal = Field(default=Decimal("99.5"), ge=0, le=100)  # Of a month, %.
    promised_backup_days: int = Field(default=30, ge=1)  # How long a nightly copy is kept.
    promised_answer_days: int = Field(default=1, ge=1)  # Working days until support answers.
    promised_price_days: int = Field(default=60, ge=0)  # Notice before a price changes.
    debug: bool = False

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _driver(cls, url: str) -> str:
        """Addresses as every provider writes them (`postgres://…`) name our driver."""
        scheme, separator, rest = url.partition("://")
        if url and scheme not in POSTGRESQL:
            raise ValueError("it must begin with postgresql://")
        named = scheme in ("postgres", "postgresql")
        return f"postgresql+psycopg2{separator}{rest}" if named else url

    @property
    def is_production(self) -> bool:
        """True where the strict rules hold."""
        return self.zuke_env == "production"

    @property
    def is_demo(self) -> bool:
        """True where the demo's conveniences (mail page, demo sign-ins) exist."""
        return self.zuke_env == "demo"

    @property
    def moved_clock(self) -> Path | None:
        """The file that says how far the demo's time was moved; None anywhere else."""
        return Path(self.demo_clock) if self.is_demo and self.demo_clock else None

    @property
    def is_https(self) -> bool:
        """True when browsers reach the service by https, so that cookies can be `__Host-`."""
        return self.base_url.startswith("https://")

    @property
    def service_host(self) -> str:
        """The service's own host in lower case, without its port."""
        return (urlsplit(self.base_url).hostname or "").lower()

    @property
    def earlier_keys(self) -> tuple[str, ...]:
        """The secrets of before, the newest first."""
        return tuple(key for part in self.secret_key_fallbacks.split(",") if (key := part.strip()))

    @property
    def console_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """From where the operators' console answers; none where it does everywhere."""
        return tuple(
            ip_network(part.strip(), strict=False)
            for part in self.operator_networks.split(",")
            if part.strip()
        )

    @field_validator("operator_networks")
    @classmethod
    def _networks(cls, networks: str) -> str:
        """Refuse at the start what would lock everybody out, or nobody."""
        for part in networks.split(","):
            if part.strip():
                ip_network(part.strip(), strict=False)
        return networks

    @property
    def keys(self) -> tuple[str, ...]:
        """The secret and those of before: the first closes, any opens."""
        return (self.secret_key, *self.earlier_keys)

    def workspace_url(self, slug: str) -> str:
        """The address of the workspace `slug`, without a slash at its end."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{slug}.{parts.netloc}"


def load_settings() -> Settings:
    """Read the environment and answer with settings fit to start with, or raise SettingsError."""
    settings = _read()
    problems = list(_problems(settings))
    if problems:
        raise SettingsError(" ".join(problems))
    return settings


def _read() -> Settings:
    """Read the environment; what can't be read is named without its value, which may be secret."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(
            " ".join(
                f"{str(one['loc'][0]).upper()} can't be used: {one['msg'].removeprefix(OURS)}."
                for one in error.errors()
            )
        ) from None


def _problems(settings: Settings) -> list[str]:
    """Every reason not to start, as sentences for the operator."""
    found = []
    if not settings.database_url:
        found.append("DATABASE_URL is missing: give the address of the database.")
    if settings.secret_key.lower() in WEAK_SECRETS or len(settings.secret_key) < SECRET_LENGTH:
        found.append(f"SECRET_KEY is missing or weak: give {SECRET_LENGTH} random characters.")
    if any(len(key) < SECRET_LENGTH for key in settings.earlier_keys):
        found.append("SECRET_KEY_FALLBACKS holds a weak secret: name earlier ones, or none.")
    if settings.demo_clock and not settings.is_demo:
        found.append("DEMO_CLOCK is set: time is moved in the demo alone.")
    return found + _loose_in_production(settings) if settings.is_production else found


def _loose_in_production(settings: Settings) -> list[str]:
    """What demo and tests relax, and production insists on."""
    found = []
    if settings.debug:
        found.append("DEBUG is on: production does not start with it.")
    if settings.outgoing_loopback:
        found.append("OUTGOING_LOOPBACK is on: production calls nothing of its own machine.")
    if not settings.is_https:
        found.append("BASE_URL must begin with https:// in production.")
    return found


@lru_cache(maxsize=1)
def command_settings() -> Settings:
    """The settings of a command, which may need less than the web does; checked by the command."""
    return _read()
