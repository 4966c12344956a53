"""Lists of papers, files and links for programs: page by page, each once, until there is none."""

from __future__ import annotations

import pytest

from app.documents.papers.find import find_document
from app.documents.papers.links import make_link
from tests.cast import Person, Workspace
from tests.documents.test_who_gets_papers import made
from tests.factories import make_account, make_file
from tests.records.api.conftest import Program, Programs, fields_in


@pytest.fixture(autouse=True)
def _no_files_are_left(no_files: None) -> None:
    """Each test begins and ends with empty folders."""


def walked(api: Program, path: str, size: int) -> list[str]:
    """The ids of a list, page by page as its cursors lead."""
    found: list[str] = []
    cursor = ""
    while True:
        answer = api.get(f"{path}?limit={size}{cursor}")
        assert answer.status_code == 200, answer.text
        page = answer.json
        assert page is not None
        assert len(page["data"]) <= size
        found += [one["id"] for one in page["data"]]
        if page["next"] is None:
            return found
        assert len(page["data"]) == size
        cursor = f"&cursor={page['next']}"


def test_papers_files_and_links_are_listed_page_by_page(
    acme: Workspace, bob: Person, program: Programs
) -> None:
    with acme.acting(bob) as by:
        firm = make_account(by)
        firm_id = firm.id
        papers = [made(by, firm) for _number in range(5)]
        for number in range(3):
            make_file(by, "account", firm.id, f"{number}.txt")
        newest = papers[-1].id
        for _number in range(4):
            make_link(*find_document(newest, by), by)
    api = program(bob)
    for path, number in (
        (f"accounts/{firm_id}/documents", 5),
        (f"accounts/{firm_id}/files", 8),
        (f"documents/{newest}/links", 4),
    ):
        whole = walked(api, path, 200)
        assert len(whole) == len(set(whole)) == number
        for size in (1, 2, number):
            assert walked(api, path, size) == whole
        assert fields_in(api.get(f"{path}?cursor=nonsense")) == ["cursor"]
    assert walked(api, f"accounts/{firm_id}/documents", 200)[0] == str(newest)
