"""Files as people send them, pictures among them, and a worker that draws them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage as Part
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse, encode_multipart

from app.crm.models import Account
from app.events import Event
from app.records.files.models import File, FileStorage
from config.settings import Settings
from tests.cast import HostClient, Person, Workspace
from tests.factories import make_account

PDF = b"%PDF-1.7\n1 0 obj\n"
TEXT = "第一行\nsecond line\n".encode()


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def fence(acme: Workspace, bob: Person) -> str:
    """The address of Bob's firm."""
    with acme.acting(bob) as by:
        made: Account = make_account(by, "Fence & Sons")
        return f"/accounts/{made.id}"


def picture(
    shape: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "red", **saved: object
) -> bytes:
    """A picture of one colour."""
    raw = io.BytesIO()
    Image.new("RGB", size, colour).save(raw, shape, **saved)
    return raw.getvalue()


def upload(
    client: HostClient, url: str, *files: tuple[str, bytes], htmx: bool = False, **fields: str
) -> TestResponse:
    """Send files as the form on a record's page does, or as the script does."""
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(f"{url}/files", headers=headers, **body(*files, **fields))


def body(*files: tuple[str, bytes], **fields: str) -> dict[str, Any]:
    """A form with files as a client is given it; the whole of it lies in memory."""
    sent = MultiDict[str, Any](fields)
    for name, raw in files:
        sent.add("file", Part(io.BytesIO(raw), name))
    boundary, whole = encode_multipart(sent)
    return {"data": whole, "content_type": f"multipart/form-data; boundary={boundary}"}


def kept(workspace: Workspace) -> list[File]:
    """Every file of a workspace, the oldest first, deleted ones too."""
    with workspace.scope() as session:
        return list(session.scalars(select(File).order_by(File.id)))


def only(workspace: Workspace) -> File:
    """The one file of a workspace."""
    (found,) = kept(workspace)
    return found


def used(workspace: Workspace) -> int:
    """What the files of a workspace take, as its row says."""
    with workspace.scope() as session:
        return session.scalar(select(FileStorage.used)) or 0


def told(workspace: Workspace) -> list[tuple[str, object]]:
    """What happened to files, the oldest first: the verb and the names before and after."""
    with workspace.scope() as session:
        asked = select(Event).where(Event.verb.startswith("file_")).order_by(Event.id)
        return [(one.verb, one.changes.get("file")) for one in session.scalars(asked)]


def on_disk(settings: Settings, workspace: Workspace, room: str = "files") -> Sequence[Path]:
    """What lies in a room of a workspace."""
    root = Path(urlsplit(settings.files_url).path)
    folder = root / "tenants" / workspace.facts.id.hex / room
    return sorted(folder.iterdir()) if folder.is_dir() else []
