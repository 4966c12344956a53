"""The HTML of a mail that comes in, cleaned whatever it does to its reader.

A few tags that are nested without end, or left open before many others, keep the best reader busy
for minutes or become a hundred megabytes. What is small is cleaned here, as nothing of the kind can
come of it; all else by a program of its own with bounds on its memory and time.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

from app.mail.inbound.charsets import storable
from app.mail.messages import cleaner

# Characters times tags and entities: no more characters than this can come of it.
HARMLESS = 10_000_000
SHORT = 60_000  # Characters: one tag may have as many attributes, each compared with all others.
PATIENCE = 10.0  # Seconds by the clock.
TAG = re.compile(r"<[^<>]*>")


def cleaned(html: str) -> tuple[str | None, str]:
    """Clean HTML and its text; without HTML where nobody can read it in time."""
    if not html.strip():
        return None, ""
    if len(html) <= SHORT and len(html) * (html.count("<") + html.count("&")) <= HARMLESS:
        return cleaner.clean(html), cleaner.plain(html)
    found = _apart(html)
    return found if found is not None else (None, unescape(TAG.sub(" ", html)))


def _apart(html: str) -> tuple[str, str] | None:
    """The same by a program of its own; None where it failed or was stopped."""
    program = [sys.executable, "-I", str(Path(cleaner.__file__).resolve())]
    try:
        done = subprocess.run(
            program,
            input=storable(html).encode(),
            capture_output=True,
            timeout=PATIENCE,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        return None
    html, text = json.loads(done.stdout)
    return html, text
