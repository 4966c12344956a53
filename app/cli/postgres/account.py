"""The account that the embedded server runs under, since PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from app.cli.errors import CommandError

# Accounts that exist for this purpose or for none, in the order of preference.
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """An existing unprivileged account of this machine."""

    name: str
    uid: int
    gid: int


def server_account(wanted: str | None = None) -> Account | None:
    """Return the account to drop to when we are root, or None when we may run as ourselves.

    Answers with a CommandError where `wanted` or every usual account is missing.
    """
    if os.geteuid() != 0:
        return None
    for name in (wanted,) if wanted else UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise CommandError(
        "PostgreSQL does not run as root, and no unprivileged account was found: "
        "name an existing one with --as."
    )


def run_as(
    account: Account | None, command: Sequence[str], *, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program under the account, or as ourselves, with nothing of our own input or groups."""
    return subprocess.run(
        command,
        cwd="/",
        input=text,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=() if account else None,
    )
