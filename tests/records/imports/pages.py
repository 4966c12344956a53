"""What the tests of the pages of an import do again and again."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import TestResponse

from config.settings import Settings
from tests.cast import Person

FILE = (
    "Last Name,First Name,E-mail,Company,Shoe Size\n"
    "Archer,Ann,ann@north.example,North Ltd,38\n"
    "Baker,Ben,ben@north.example,North Ltd,44\n"
)


def give(
    person: Person, data: str | bytes, name: str = "people.csv", kind: str = "contacts"
) -> Any:
    raw = data.encode() if isinstance(data, str) else data
    return person.client.post(
        f"/{kind}/import", data={"file": (BytesIO(raw), name)}, content_type="multipart/form-data"
    )


def given(person: Person, data: str | bytes, **more: str) -> str:
    """The address of an import whose file was taken."""
    answer = give(person, data, **more)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def files_in(settings: Settings) -> list[Path]:
    """What is kept of imports in all workspaces."""
    root = Path(urlsplit(settings.files_url).path)
    return [one for one in root.glob("tenants/*/imports/*") if one.is_file()]


def chosen(html: str) -> dict[str, str]:
    """What is chosen for each column."""
    found = {}
    for name, body in re.findall(
        r'<select class="input" name="(c\d+)"(.*?)</select>', html, re.DOTALL
    ):
        on = re.search(r'value="([^"]*)" selected', body)
        found[name] = on.group(1) if on else ""
    return found


def start(person: Person, url: str, **changes: str) -> TestResponse:
    """Press Start with what the page holds."""
    form = chosen(person.client.get(url).text) | {"mode": "create", "duplicates": "create"}
    return person.client.post(url, data={**form, **changes, "do": "start"})
