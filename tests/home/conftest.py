"""What the tests of Home share: keeping reports and views, and reading what a Home shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from app.home.operations import homes
from app.modules import MODULES
from app.reports.engine.definition import Definition, Grouped, Measure
from app.reports.models import Report
from app.reports.operations import keep
from app.reports.operations.keep import Wish
from tests.cast import HostClient, Person, Workspace

TILE = re.compile(r'<h2 class="panel-title" id="title-([^"]+)">.*?</h2>', re.DOTALL)
BY_COUNTRY = Definition("account", (Grouped("country"),), (Measure(),))


@pytest.fixture
def only_shipped() -> Iterator[None]:
    """What is contributed in a test is gone after it."""
    yield
    homes.install(MODULES)


def keep_report(
    workspace: Workspace,
    person: Person,
    definition: Definition = BY_COUNTRY,
    *,
    name: str = "Firms by country",
    audience: str = "private",
    **more: Any,
) -> str:
    """The id of a report that somebody just kept."""
    with workspace.acting(person) as by:
        row: Report = keep.save_report(by, Wish(name, audience, definition, **more))
        return str(row.id)


def save_view(client: HostClient, query: str, name: str, audience: str = "private") -> str:
    """The id of a saved view of accounts that somebody just saved."""
    form = {"name": name, "audience": audience, "query": query}
    answer = client.post("/accounts/views/new", data=form)
    assert answer.status_code in (204, 303), answer.text
    place = answer.headers.get("Location") or answer.headers["HX-Redirect"]
    found = re.search(r"view=([0-9a-f-]{36})", place)
    assert found, place
    return found[1]


def put(client: HostClient, kind: str, of: str, **more: str) -> None:
    """Put something on one's Home as the button of its page does."""
    answer = client.post("/home/widgets", data={"kind": kind, "of": of, **more})
    assert answer.status_code == 303, answer.text


def titles(html: str) -> list[str]:
    """The titles of the widgets of a page, in their order."""
    tags = re.compile(r"<[^>]+>")
    return [unescape(tags.sub("", one[0])).strip() for one in TILE.finditer(html)]


def ids(html: str) -> list[str]:
    """The ids of the widgets of a page, in their order."""
    return [one[1] for one in TILE.finditer(html)]


def inside(client: HostClient, number: int = 0) -> str:
    """What the widget at this place of one's Home shows, as htmx gets it."""
    widget_id = ids(client.get("/").text)[number]
    answer = client.get(f"/home/widgets/{widget_id}", headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.text
    return answer.text


def clear(client: HostClient) -> None:
    """Take everything off one's Home."""
    for widget_id in ids(client.get("/").text):
        client.post("/home/arrange", data={"remove": widget_id})
