"""Tables that come in from people who mean harm: they take no more time and room than is theirs."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import textwrap
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import xlsxwriter
from sqlalchemy import func, select

from app.jobs.worker import Worker
from app.kernel.errors import Refused
from app.records.imports import pieces, run
from app.records.imports import waiting as imports_waiting
from app.records.imports.keep import drop_import
from app.records.imports.reading import read_table
from app.records.tags import operations
from app.records.tags.models import Tag
from config.settings import Settings
from tests.attacks.program import Programs, program
from tests.cast import Person, Workspace
from tests.records.imports.conftest import run_of, sheet, take_in, why
from tests.records.imports.pages import given
from tests.records.imports.test_api import send
from tests.records.pages.conftest import statements

pytestmark = pytest.mark.usefixtures("no_files")

__all__ = ["program"]

SECONDS = 4  # Of the processor; what is read in one pass needs a fraction of one.
LONG = 130_000  # Characters of one cell: what the reader of CSV lets through.
MEGABYTE = 1_000_000


def peak(work: Callable[[], object]) -> int:
    """The most bytes that `work` held at once."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def workbook(path: Path, *rows: list[str], long: str = "") -> bytes:
    """A workbook; the cells that say LONG name one text, which is held once and is `long`."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("One")
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    found = io.BytesIO()
    with zipfile.ZipFile(path) as made, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as pack:
        for name in made.namelist():
            pack.writestr(name, made.read(name).replace(b"LONG", long.encode()))
    return found.getvalue()


@pytest.mark.parametrize(
    "work",
    [
        "from app.records.imports.cells import read_number as r;"
        " r('1' + ' ' * N + 'xx x', decimal='.')",
        "from app.records.imports.cells import read_date as r;"
        " r('1-1-1' + ' ' * N + 'x', order='ymd', is_day=True)",
        "from app.records.imports.reading.heads import looks_like_head as r;"
        " r(['a@' + '.' * N + '@'])",
        "from app.records.imports.guessing.contents import kind_of as r; r(['a@' + '.' * N + '@'])",
        "from app.records.imports.guessing.contents import kind_of as r; r(['1 ' * N + '!'])",
        "from app.records.imports.guessing.contents import kind_of as r;"
        " r(['2026-01-01 1:11' + '\\n' * N])",
        "from app.records.imports.plan import parts_of as r; r('{' * N, {})",
        "from app.records.imports.guessing.names import spellings as r; list(r('(' * N))",
        "from app.records.imports.guessing.names import plain as r; r('(必填' * N)",
        "from app.records.imports.reading.heads import column_names as r; r(['a' * N] * 500, 500)",
    ],
    ids=[
        "number",
        "date",
        "head",
        "mail",
        "figures",
        "moment",
        "template",
        "aside",
        "mark",
        "heads",
    ],
)
def test_a_long_cell_takes_no_longer_than_it_is_long(work: str) -> None:
    program = f"""
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
    N = {LONG}
    {work}
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False)
    assert done.returncode == 0


def test_a_small_workbook_of_endless_cells_does_not_fill_the_memory(tmp_path: Path) -> None:
    """A text of three megabytes stands there once, and twenty cells name it."""
    long = "a" * (3 * MEGABYTE) + "\U0001f600"
    path = tmp_path / "table"
    path.write_bytes(workbook(tmp_path / "w", ["Name", "Note"], *[["A", "LONG"]] * 20, long=long))
    assert path.stat().st_size < 100_000

    def read() -> None:
        with pytest.raises(Refused, match="too large"):
            read_table(path, "a.xlsx")

    assert peak(read) < 64 * MEGABYTE


def test_a_small_packed_text_of_endless_lines_does_not_fill_the_memory(tmp_path: Path) -> None:
    line = ",".join(["\U0001f600" + "a" * 99_000] * 30) + "\n"
    path = tmp_path / "table"
    head = ",".join(f"C{n}" for n in range(30)) + "\n"
    path.write_bytes(gzip.compress((head + line * 6).encode()))
    assert path.stat().st_size < 200_000

    def read() -> None:
        with suppress(Refused):
            read_table(path, "a.csv.gz")

    assert peak(read) < 40 * MEGABYTE


def test_an_old_workbook_is_not_read_whole_to_learn_whether_it_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(80 * MEGABYTE))

    def read() -> None:
        with suppress(Refused):
            read_table(path, "a.xls")

    assert peak(read) < 40 * MEGABYTE


def test_a_template_does_not_make_gigabytes_of_megabytes(acme: Workspace, alice: Person) -> None:
    rows = [["x" * 100_000] for _number in range(6)]
    columns = {"": {"field": "last_name", "template": "{A}" * 300}}

    def work() -> None:
        with suppress(Refused):
            take_in(alice, "contact", sheet(["A"], *rows), columns)

    assert peak(work) < 24 * MEGABYTE


def test_many_templates_make_no_more_of_a_row_than_one(alice: Person) -> None:
    """Each makes less than a field takes; together they make more than a row is worth."""
    fields = ("last_name", "first_name", "title", "email")
    columns = {
        "A": {"field": fields[0]},
        **{
            name: {"field": key, "template": "{A}" * 300}
            for name, key in zip("BCD", fields[1:], strict=True)
        },
    }
    file = sheet(["A", "B", "C", "D"], ["x" * 30, "b", "c", "d"])
    (reasons,) = why(alice, take_in(alice, "contact", file, columns)).values()
    assert list(reasons) == ["D"]


def test_rows_of_long_texts_come_in_smaller_pieces(
    acme: Workspace, alice: Person, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So few rows are taken in by the request; but these have more texts than it should hold."""
    sizes: list[int] = []
    done = run.do_piece

    def count(*args: Any) -> None:
        sizes.append(args[1].size)
        done(*args)

    monkeypatch.setattr(run, "do_piece", count)
    monkeypatch.setattr(pieces, "LENGTH", 25)
    rows = [["Archer" * 3] for _number in range(5)]
    begun = take_in(alice, "contact", sheet(["Last"], *rows), {"Last": "last_name"})
    assert begun.is_under_way
    worker.drain()
    assert run_of(acme, begun.id).created == 5
    assert sizes == [2, 2, 1]


# Odd choices


def test_an_odd_name_of_a_sheet_is_no_mistake_of_ours(alice: Person, tmp_path: Path) -> None:
    url = given(alice, workbook(tmp_path / "w", ["Last Name"], ["Archer"]), name="a.xlsx")
    for odd in ("x" * 200_000, "\ud83d", "-c", "\u0001", "../../etc/passwd"):
        answer = alice.client.post(f"{url}/how", data={"sheet": odd.encode("utf-8", "replace")})
        assert answer.status_code < 500, odd[:20]
        assert alice.client.get(url).status_code == 200, odd[:20]


# Much in one cell


def test_a_cell_of_very_many_tags_is_no_flood_of_statements_and_leaves_none(
    acme: Workspace, alice: Person
) -> None:
    """A record has at most thirty tags, so the row fails, and nothing of it stays."""
    tags = ",".join(f"tag {number}" for number in range(800))
    file = sheet(["Last", "Tags"], ["Archer", tags])
    with statements() as seen:
        run = take_in(alice, "contact", file, {"Last": "last_name", "Tags": "tags"})
    assert run.failed == 1
    with acme.scope() as session:
        assert session.scalar(select(func.count()).select_from(Tag)) == 0
    assert len(seen) <= 100


def test_many_rows_make_no_more_tags_than_a_type_may_have(
    acme: Workspace, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST", 3)
    rows = [["Archer", "one,two"], ["Baker", "three,four"], ["Cook", "Two"]]
    with statements() as seen:
        file = sheet(["Last", "Tags"], *rows)
        run = take_in(alice, "contact", file, {"Last": "last_name", "Tags": "tags"})
    assert (run.created, run.failed) == (2, 1)
    with acme.scope() as session:
        assert sorted(session.scalars(select(Tag.key))) == ["one", "three", "two"]
    assert sum("INSERT INTO tags" in one for one in seen) == 1


# Files that wait


def waiting(settings: Settings, workspace: Workspace) -> list[str]:
    """The files in the room of a workspace's imports."""
    root = Path(urlsplit(settings.files_url).path) / "tenants" / workspace.facts.id.hex
    return [one.name for one in (root / "imports").glob("*")]


@pytest.mark.parametrize("limit", ["OF_PERSON", "OF_WORKSPACE"])
def test_only_so_many_files_wait_for_their_import(
    acme: Workspace,
    alice: Person,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
) -> None:
    monkeypatch.setattr(imports_waiting, limit, 2)
    urls = [given(alice, "Last Name\nArcher\n") for _number in range(2)]
    refused = alice.client.post("/contacts/import", data={"pasted": "Last Name\nArcher\n"})
    assert refused.status_code == 422
    assert "Too many files wait" in refused.text
    assert len(waiting(settings, acme)) == 2
    alice.client.post(f"{urls[0]}/drop")
    assert len(waiting(settings, acme)) == 1
    given(alice, "Last Name\nArcher\n")


def test_a_dropped_file_stays_where_dropping_it_is_undone(
    acme: Workspace, alice: Person, settings: Settings
) -> None:
    url = given(alice, "Last Name\nArcher\n")
    kept = waiting(settings, acme)
    with pytest.raises(RuntimeError, match="cut"), acme.acting(alice) as by:  # noqa: PT012
        drop_import(UUID(url.rpartition("/")[2]), by)
        by.session.begin_nested().commit()
        raise RuntimeError("cut")
    assert sorted(waiting(settings, acme)) == sorted(kept)
    assert alice.client.get(url).status_code == 200


def test_a_file_that_a_program_can_not_begin_with_leaves_nothing(
    acme: Workspace, alice: Person, program: Programs, settings: Settings
) -> None:
    mapping = json.dumps({"columns": [{"source": "Last", "field": "nothing"}]})
    answer = send(program(alice), sheet(["Last"], ["Archer"]), mapping=mapping)
    assert answer.status_code == 422
    assert waiting(settings, acme) == []
