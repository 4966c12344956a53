"""Exports as a person asks for them, their files as a spreadsheet reads them, and a worker."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.identity.models import Grant, Role
from app.kernel.ids import new_id
from app.records.exports.models import Export
from config.settings import Settings
from tests.cast import Person, Workspace

Rows = list[dict[str, str]]


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are too many for a request, and a page of a job has two."""
    monkeypatch.setattr("app.records.routes.exports.AT_ONCE", 1)
    monkeypatch.setattr("app.records.exports.make.PAGE", 2)


def export(
    person: Person, collection: str = "accounts", shape: str = "csv", **data: Any
) -> TestResponse:
    """Ask for an export as the form does."""
    return person.client.post(
        f"/{collection}/export", data={"format": shape, **data}, buffered=True
    )


def rows_of(raw: bytes) -> Rows:
    """The rows of a CSV file by the names of their columns."""
    text = raw.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cells_of(raw: bytes, sheet: int = 1) -> list[list[str]]:
    """The cells of a workbook's sheet as they lie in its XML."""
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        xml = book.read(f"xl/worksheets/sheet{sheet}.xml").decode()
    assert "<f>" not in xml
    found = []
    for row in re.findall(r"<row [^>]*>(.*?)</row>", xml, re.DOTALL):
        cells: dict[str, str] = {}
        for at, inside in re.findall(r'<c r="([A-Z]+)\d+"[^>]*>(.*?)</c>', row, re.DOTALL):
            value = re.search(r"<(?:t|v)(?: [^>]*)?>(.*?)</(?:t|v)>", inside, re.DOTALL)
            cells[at] = unescape(value.group(1)) if value else ""
        found.append([cells.get(chr(ord("A") + n), "") for n in range(26)])
    return found


def last_export(workspace: Workspace) -> Export:
    """The export that was begun last."""
    with workspace.scope() as session:
        return session.scalars(select(Export).order_by(Export.id.desc()).limit(1)).one()


def download(person: Person, made: Export) -> TestResponse:
    """The file of an export, as somebody fetches it."""
    return person.client.get(f"/settings/exports/{made.id}/file", buffered=True)


def files_in(settings: Settings, workspace: Workspace) -> Sequence[Path]:
    """What lies in a workspace's folder of exports."""
    root = Path(urlsplit(settings.files_url).path)
    folder = root / "tenants" / workspace.facts.id.hex / "exports"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def allow(
    workspace: Workspace, role: str, *permissions: str, reach: int = 3, kind: str = "account"
) -> None:
    """Let a role do verbs on a type."""
    with workspace.scope() as session:
        found = session.scalars(select(Role).where(Role.key == role)).one()
        found.stamp = new_id()
        session.add_all(
            Grant(role_id=found.id, record_type=kind, verb=verb, reach=reach)
            for verb in permissions
        )
