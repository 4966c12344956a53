"""Logos and seals: whatever somebody sends, drawn anew as a small PNG, kept by its digest."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.documents.papers import redraw
from app.documents.papers.models import DocumentPicture
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.kernel.language import Text, _

PATIENCE = 20  # Seconds by the clock.
MOST_SENT = 5 * 1024 * 1024  # Bytes.
ANSWERS: dict[int, Text] = {
    redraw.TOO_LARGE: _("This picture has too many pixels."),
    redraw.UNREADABLE: _("Send a picture as PNG, JPEG or WebP."),
}


def keep_picture(sent: bytes, field: str, by: Actor) -> str:
    """Keep a picture and answer with its digest; Refused beside `field` for what is none."""
    if len(sent) > MOST_SENT:
        raise Refused(_("This picture is larger than %(limit)s MB.", limit=5), field=field)
    made = redrawn(sent, field)
    digest = sha256(made).hexdigest()
    row = insert(DocumentPicture).values(digest=digest, content=made, added_at=by.now)
    by.session.execute(row.on_conflict_do_nothing(index_elements=["digest"]))
    return digest


def picture(digest: str | None, by: Actor) -> bytes | None:
    """The bytes of a picture, or None where there is none."""
    if not digest:
        return None
    found = select(DocumentPicture.content).where(DocumentPicture.digest == digest)
    return by.session.scalar(found)


def redrawn(sent: bytes, field: str) -> bytes:
    """A picture drawn anew as a small PNG; Refused beside `field` for what is none."""
    program = [sys.executable, "-I", str(Path(redraw.__file__).resolve())]
    try:
        done = subprocess.run(
            program, input=sent, capture_output=True, timeout=PATIENCE, env={}, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(ANSWERS[redraw.TOO_LARGE], field=field) from None
    if done.returncode != 0:
        raise Refused(ANSWERS.get(done.returncode, ANSWERS[redraw.UNREADABLE]), field=field)
    return done.stdout
