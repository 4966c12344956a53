"""Tables that come in from people who mean harm: they take no more time and room than is theirs."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

SECONDS = 4  # Of the processor; what is read in one pass needs a fraction of one.
LONG = 130_000  # Characters of one cell: what the reader of CSV lets through.


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
