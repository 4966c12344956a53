"""No secret in a file that is kept: what looks like one must stand in the reviewed baseline.

After a review, `detect-secrets scan > .secrets.baseline` writes the baseline anew.
"""

import json
import subprocess

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
    """Return the files that are or would be kept; an unpacked archive has no history to search."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    return [
        name for name in names if name and not name.endswith(WITHOUT) and (ROOT / name).is_file()
    ]
