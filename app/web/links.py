"""Links that came from outside: only a path of this very host is followed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Browsers take "\" for "/" and drop control characters, so neither may stand in a path.
SAFE_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*\Z")


def safe_path(path: str | None, fallback: str = "/") -> str:
    """`path` when it is a path on this host, else `fallback`."""
    if not path or len(path) > 2000 or not SAFE_PATH.match(path):
        return fallback
    try:
        parts = urlsplit(path)
    except ValueError:
        return fallback
    return fallback if parts.scheme or parts.netloc else path
