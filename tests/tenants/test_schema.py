"""The snapshot of a tenant's tables: one text, whichever process renders it."""

from __future__ import annotations

import subprocess
import sys

from app.cli.postgres.places import ROOT
from config.machine import child_environment

PROGRAM = """
from app.modules import tenant_schema
print(";\\n".join(tenant_schema().ddl))
"""
SEEDS = ("0", "1", "20261122")


def rendered(seed: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=child_environment(PYTHONHASHSEED=seed, PYTHONPATH=str(ROOT)),
        capture_output=True,
        check=True,
    ).stdout


def test_the_snapshot_is_the_same_text_in_every_process() -> None:
    first, *others = map(rendered, SEEDS)
    assert first.count(b"CREATE INDEX") > 20
    for other in others:
        assert other == first


def test_the_indexes_of_a_table_follow_it_in_the_order_of_their_names() -> None:
    lines = [part.split("\n")[0] for part in rendered("0").decode().split(";\n")]
    tables = [n for n, line in enumerate(lines) if line.startswith("CREATE TABLE")]
    for start, end in zip(tables, [*tables[1:], len(lines)], strict=True):
        indexes = [line for line in lines[start + 1 : end] if " INDEX " in line]
        assert indexes == sorted(indexes)
