from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, text

from app.modules import tenant_schema
from tenants.database import ControlBase
from tenants.history import CONTROL, TENANT, History, HistoryError
from tenants.migrations import check, control_version, upgrade_control, write_revision

HISTORIES = {"control": CONTROL, "tenant": TENANT}


def test_both_histories_say_what_the_models_say(owner: Engine) -> None:
    """One head each, up and down and up again, and the snapshot equals the migrations."""
    assert check(owner, tenant_schema().metadata) == []


def test_the_snapshot_stands_at_the_head() -> None:
    assert tenant_schema().version == TENANT.head != ""


def test_a_model_without_migration_is_named(owner: Engine) -> None:
    metadata = MetaData()
    for table in tenant_schema().metadata.tables.values():
        table.to_metadata(metadata)
    Table("forgotten", metadata, Column("id", Integer, primary_key=True))
    metadata.tables["users"].append_column(Column("shoe_size", Integer))
    problems = check(owner, metadata)
    assert "tenant: no migration makes relation forgotten: kind rp" in problems
    assert "tenant: no migration makes column users.shoe_size integer" in problems


def test_the_check_leaves_the_database_as_it_was(owner: Engine) -> None:
    query = text("SELECT nspname FROM pg_namespace ORDER BY nspname")
    with owner.connect() as connection:
        before = connection.execute(query).all()
    check(owner, tenant_schema().metadata)
    with owner.connect() as connection:
        assert connection.execute(query).all() == before


def test_the_shared_tables_are_migrated_once(owner: Engine) -> None:
    assert not upgrade_control(owner)
    assert control_version(owner) == CONTROL.head


@pytest.mark.parametrize("name", HISTORIES)
def test_revisions_begin_with_their_date_and_answer_for_the_running_code(name: str) -> None:
    for script in HISTORIES[name].line:
        assert re.fullmatch(r"\d{4}_\d\d_\d\d_\d{4}_[a-z0-9_]+\.py", Path(script.path).name)
        assert re.search(
            r"already running still run after this revision\?\s+\S", script.module.__doc__
        )


@pytest.mark.parametrize("name", HISTORIES)
def test_the_files_names_tell_the_head(name: str) -> None:
    assert HISTORIES[name].head == HISTORIES[name].line[-1].revision


@pytest.mark.parametrize("name", HISTORIES)
def test_each_step_is_one_statement(name: str) -> None:
    history = HISTORIES[name]
    for statement in (*history.upgrade(""), *history.downgrade(history.head)):
        # Revision 0081 alone asks in a block what a workspace counts in; no other may.
        assert ";" not in statement or statement.lstrip().startswith("DO $fill$ DECLARE home")


@pytest.fixture
def copied(tmp_path: Path) -> History:
    """The tenants' history in a folder that a test may write to."""
    folder = tmp_path / "tenant"
    shutil.copytree(TENANT.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return History(folder)


def test_two_heads_are_refused(copied: History) -> None:
    for number in ("0098", "0099"):
        file = copied.folder / "versions" / f"2030_01_01_{number}_fork.py"
        file.write_text(
            f"revision = '{number}'\ndown_revision = '{TENANT.head}'\n"
            "def upgrade(): pass\ndef downgrade(): pass\n"
        )
    with pytest.raises(HistoryError, match="several heads: 0098, 0099"):
        _ = copied.line


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(HistoryError, match="'9999' is not in the history"):
        TENANT.upgrade("9999")


def test_a_revision_is_drafted_from_the_models(owner: Engine, copied: History) -> None:
    metadata = MetaData()
    for table in tenant_schema().metadata.tables.values():
        table.to_metadata(metadata)
    assert write_revision(owner, copied, metadata, "nothing new") is None
    metadata.tables["users"].append_column(Column("shoe_size", Integer))
    path = write_revision(owner, copied, metadata, "add the size of shoes")
    assert path is not None
    assert "op.add_column('users'" in Path(path).read_text()
    assert History(copied.folder).upgrade(TENANT.head) == [
        "ALTER TABLE users ADD COLUMN shoe_size INTEGER"
    ]


def test_no_draft_is_needed_for_the_shared_tables(owner: Engine) -> None:
    assert write_revision(owner, CONTROL, ControlBase.metadata, "nothing new") is None
