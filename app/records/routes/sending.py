"""How files of strangers leave us: saved by whoever asked, never run or shown where we are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from flask import Response, request, send_file

SANDBOX = "sandbox; default-src 'none'"


def as_attachment(content: Path | Iterator[bytes], name: str, media_type: str) -> Response:
    """Bytes to be saved under a name; no cache keeps them, no page can show or run them."""
    if isinstance(content, Path):
        answer = send_file(
            content,
            media_type,
            as_attachment=True,
            download_name=name,
            conditional=False,
            etag=False,
            max_age=0,
        )
    else:
        answer = Response(content, mimetype=media_type)
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["Cache-Control"] = "no-store"
    return _closed(answer)


def as_picture(path: Path, digest: str, media_type: str) -> Response:
    """A picture of our own drawing; a browser that has it asks each time whether it still may."""
    if request.if_none_match.contains(digest):
        answer = Response(status=304)
    else:
        answer = send_file(path, media_type, conditional=False, etag=False)
        answer.headers.pop("Content-Disposition")  # It tells by what name a file lies on the disk.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(digest)
    return _closed(answer)


def _closed(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
