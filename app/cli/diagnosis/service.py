"""The surroundings besides the database: secret, address, files, mail, payments."""

import smtplib
import tempfile
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.cli.diagnosis.finding import Finding, fail, ok, warn
from config.settings import SECRET_LENGTH, WEAK_SECRETS, Settings
from tenants.files import files_folder

SMTP_PORTS = {"smtp": 25, "smtps": 465}


def diagnose_service(settings: Settings) -> Iterator[Finding]:
    """Look at everything that the environment names besides the database."""
    yield _secret(settings.secret_key)
    yield _address(settings)
    yield _files(settings.files_url)
    yield _mail(settings.smtp_url)
    yield _stripe(settings)


def _secret(secret: str) -> Finding:
    if secret.lower() in WEAK_SECRETS or len(secret) < SECRET_LENGTH:
        return fail(
            "secret",
            "SECRET_KEY is missing or weak.",
            'Set it to the output of: python3 -c "import secrets; print(secrets.token_hex(32))"',
        )
    return ok("secret", "SECRET_KEY is long enough.")


def _address(settings: Settings) -> Finding:
    if settings.is_https:
        return ok("address", f"The service is at {settings.base_url}.")
    if settings.is_production:
        return fail("address", "BASE_URL is not https.", "Set it to the https:// address.")
    return ok("address", f"The service is at {settings.base_url}, for this machine only.")


def _files(files_url: str) -> Finding:
    if not files_url:
        return fail("files", "FILES_URL is not set.", "Set it to file:///folder or s3://bucket.")
    folder = files_folder(files_url)
    if folder is None:
        scheme = urlsplit(files_url).scheme
        if scheme != "s3":
            return fail("files", f"FILES_URL begins with {scheme}://.", "Use file:/// or s3://.")
        return ok("files", "Files are kept in an S3 bucket.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ok("files", f"Files are kept in {folder}.")
    except OSError as error:
        remedy = "Create the folder and give it to the account of web and worker."
        return fail("files", f"{folder} cannot be written: {error.strerror}.", remedy)


def _mail(smtp_url: str) -> Finding:
    if not smtp_url:
        return warn("mail", "SMTP_URL is not set: no mail leaves.", "Set it to your mail server.")
    parts = urlsplit(smtp_url)
    if parts.scheme not in SMTP_PORTS or not parts.hostname:
        return fail("mail", "SMTP_URL is not smtp://HOST or smtps://HOST.", "Correct it.")
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname, parts.port or SMTP_PORTS[parts.scheme], timeout=5) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return fail("mail", f"The mail server does not answer: {error}", "Look at SMTP_URL.")
    return ok("mail", f"The mail server {parts.hostname} answers.")


def _stripe(settings: Settings) -> Finding:
    if not settings.stripe_secret_key:
        return warn("stripe", "Stripe is not configured: nobody can pay.", "Set STRIPE_SECRET_KEY.")
    if not settings.stripe_webhook_secret:
        remedy = "Set STRIPE_WEBHOOK_SECRET to the endpoint's signing secret."
        return fail("stripe", "Stripe's notices would all be refused.", remedy)
    return ok("stripe", "Stripe is configured.")
