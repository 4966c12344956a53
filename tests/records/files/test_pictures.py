"""Small pictures: drawn anew by a worker, in a process that a stranger's file can't bring down."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from app.jobs.worker import Worker
from app.records.files import draw, drawing
from app.records.files.models import Drawing, File
from config.settings import Settings
from tests.cast import Person, Workspace
from tests.records.files.conftest import TEXT, on_disk, only, picture, upload
from tests.records.files.test_verbs import new_version

ORIENTATION, GPS = 274, 0x8825


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def flood(width: int, height: int) -> bytes:
    """A PNG that claims to have very many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def camera() -> bytes:
    """A photograph as a telephone writes it: lying on its side, saying where it was taken."""
    made = Image.new("RGB", (400, 300), "blue")
    exif = made.getexif()
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N", 2: (51.0, 30.0, 0.0)}
    raw = io.BytesIO()
    made.save(raw, "JPEG", exif=exif)
    assert b"Exif" in raw.getvalue()
    return raw.getvalue()


def preview(person: Person, file: File, size: str = "large") -> Image.Image:
    """A small picture as a browser gets it."""
    answer = person.client.get(f"/files/{file.id}/preview/{size}", buffered=True)
    assert answer.status_code == 200
    assert answer.mimetype == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Content-Disposition" not in answer.headers
    return Image.open(io.BytesIO(answer.data))


@pytest.mark.parametrize("shape", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_drawn_anew_in_two_sizes(
    acme: Workspace, bob: Person, fence: str, worker: Worker, shape: str
) -> None:
    upload(bob.client, fence, ("photo", picture(shape, (2000, 1000))))
    worker.drain()
    file = only(acme)
    assert file.drawing == Drawing.READY
    assert preview(bob, file, "large").size == (1600, 800)
    assert preview(bob, file, "small").size == (320, 160)
    assert f"/files/{file.id}/preview/small" in bob.client.get(fence).text


def test_a_photograph_stands_upright_and_does_not_say_where_it_was_taken(
    acme: Workspace, bob: Person, fence: str, worker: Worker
) -> None:
    upload(bob.client, fence, ("photo.jpg", camera()))
    worker.drain()
    shown = preview(bob, only(acme))
    assert shown.size == (300, 400)
    assert dict(shown.getexif()) == {}
    raw = bob.client.get(f"/files/{only(acme).id}/preview/large", buffered=True).data
    assert b"Exif" not in raw
    assert b"EXIF" not in raw


def test_a_browser_that_has_it_asks_again_and_may_still_see_it(
    acme: Workspace, bob: Person, dora: Person, fence: str, worker: Worker
) -> None:
    upload(bob.client, fence, ("photo.png", picture()))
    worker.drain()
    address = f"/files/{only(acme).id}/preview/small"
    etag = bob.client.get(address, buffered=True).headers["ETag"]
    asked = {"If-None-Match": etag}
    assert bob.client.get(address, headers=asked).status_code == 304
    bob.client.post(f"/files/{only(acme).id}/delete")
    assert bob.client.get(address, headers=asked).status_code == 404


def test_a_flood_of_pixels_is_told_kindly(
    acme: Workspace, bob: Person, fence: str, worker: Worker, settings: Settings
) -> None:
    assert upload(bob.client, fence, ("photo.png", flood(50_000, 50_000))).status_code == 303
    worker.drain()
    file = only(acme)
    assert file.drawing == Drawing.TOO_LARGE
    assert "too many pixels" in bob.client.get(f"/files/{file.id}").text
    assert bob.client.get(f"/files/{file.id}/preview/small").status_code == 404
    assert bob.client.get(f"/files/{file.id}/content", buffered=True).status_code == 200
    assert on_disk(settings, acme, "pictures") == []


def test_a_picture_with_a_few_pixels_too_many_is_not_drawn_though_it_could_be(
    acme: Workspace, bob: Person, fence: str, worker: Worker
) -> None:
    raw = io.BytesIO()
    Image.new("1", (7000, draw.MOST_PIXELS // 7000 + 1)).save(raw, "PNG")
    upload(bob.client, fence, ("plan.png", raw.getvalue()))
    worker.drain()
    assert only(acme).drawing == Drawing.TOO_LARGE


@pytest.mark.parametrize("raw", [picture()[:60], b"\xff\xd8\xff" + b"\0" * 500, b"GIF89a"])
def test_a_torn_picture_has_no_preview_and_can_be_fetched(
    acme: Workspace, bob: Person, fence: str, worker: Worker, raw: bytes
) -> None:
    upload(bob.client, fence, ("photo.png", raw))
    worker.drain()
    file = only(acme)
    assert file.drawing == Drawing.FAILED
    assert "No preview could be made" in bob.client.get(f"/files/{file.id}").text
    assert bob.client.get(f"/files/{file.id}/content", buffered=True).data == raw


def test_a_program_that_never_ends_or_is_killed_is_a_failure_and_no_more(
    acme: Workspace,
    bob: Person,
    fence: str,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    program = tmp_path / "never.py"
    program.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(draw, "__file__", str(program))
    upload(bob.client, fence, ("a.png", picture()))
    worker.drain()
    assert only(acme).drawing == Drawing.FAILED
    program.write_text("import time; time.sleep(600)")
    monkeypatch.setattr(drawing, "PATIENCE", 0.2)
    assert drawing._run(tmp_path / "a.png", (tmp_path / "b", tmp_path / "c")) is Drawing.FAILED


def test_the_program_bounds_its_own_memory_and_knows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "spy.py"
    bound = Path(draw.__file__).read_text("utf-8")
    program.write_text(
        bound.replace(
            "sys.stdout.write(json.dumps(draw(sys.argv[1], tuple(sys.argv[2:]))))",
            "import os\n    held = bytearray(MEMORY)\n    sys.stdout.write(json.dumps(DRAWN))",
        )
    )
    assert "bytearray(MEMORY)" in program.read_text()
    monkeypatch.setattr(draw, "__file__", str(program))
    assert drawing._run(tmp_path / "a", (tmp_path / "b", tmp_path / "c")) is Drawing.FAILED
    monkeypatch.setenv("SECRET_KEY", "told-to-nobody")
    program.write_text(
        "import json, os, sys\n"
        "sys.stdout.write(json.dumps('drawn' if 'SECRET_KEY' not in os.environ else 'no'))"
    )
    assert drawing._run(tmp_path / "a", (tmp_path / "b", tmp_path / "c")) is Drawing.READY


def test_a_version_that_was_replaced_before_it_was_drawn_draws_nothing_over_the_new_one(
    acme: Workspace, bob: Person, fence: str, worker: Worker
) -> None:
    upload(bob.client, fence, ("photo.png", picture()))
    new_version(bob.client, only(acme), "notes.txt", TEXT)
    worker.drain()
    assert (only(acme).kind, only(acme).drawing) == ("text", Drawing.NONE)
    assert bob.client.get(f"/files/{only(acme).id}/preview/small").status_code == 404
