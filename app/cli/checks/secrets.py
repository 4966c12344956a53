"""No secret in a file that is kept: what looks like one must stand in the reviewed baseline.

After a review, `detect-secrets scan > .secrets.baseline` writes the baseline anew.
"""

import json

from app.cli.checks.kept_files import kept_files
from app.cli.postgres.places import ROOT

BASELINE = ROOT / ".secrets.baseline"

# Hashes of packages look like secrets and are none.
WITHOUT = (".lock", "package-lock.json", ".secrets.baseline", ".po", ".svg")


def problems() -> list[str]:
    """Return what looks like a secret and is not in the baseline.

    A secret is known by its file and hash, so that moving a line asks for no new review.
    """
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import transient_settings

    baseline = json.loads(BASELINE.read_text())
    known = {
        (file, secret["hashed_secret"])
        for file, secrets in baseline["results"].items()
        for secret in secrets
    }
    settings = {key: baseline[key] for key in ("plugins_used", "filters_used")}
    with transient_settings(settings):
        return [
            f"{name}:{secret.line_number} looks like a secret ({secret.type})."
            for name in _files()
            for secret in scan_file(str(ROOT / name))
            if (name, secret.secret_hash) not in known
        ]


def _files() -> list[str]:
    """Return the files that are or would be kept and may hold a secret."""
    return [name for name in kept_files(ROOT) if not name.endswith(WITHOUT)]
