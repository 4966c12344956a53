from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, text

from app.modules import tenant_schema
from tenants.database import ControlBase
from tenants.engine import kind_of
from tenants.history import CONTROL, TENANT, History, HistoryError, handed, of_no_firm
from tenants.migrations import check, control_version, scratch, upgrade_control, write_revision

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
        assert ";" not in statement


def test_a_step_asks_the_shared_tables_nothing_of_its_workspace() -> None:
    for statement in TENANT.upgrade(""):
        assert "control." not in statement, statement


def test_a_workspace_hands_its_currency_to_migrations() -> None:
    steps = ["ALTER TABLE products ALTER COLUMN currency SET DEFAULT '{{currency}}'", "SELECT 1"]
    assert handed(steps, currency="CNY")[0].endswith("SET DEFAULT 'CNY'")
    assert of_no_firm(steps) == ["SELECT 1"]
    for hostile in ("", "cny", "C'; DROP", "CNYY"):
        with pytest.raises(HistoryError, match="no currency"):
            handed(steps, currency=hostile)


def test_a_price_of_before_has_the_digits_of_the_firm_s_currency(owner: Engine) -> None:
    for currency, digits in (("JPY", 0), ("KWD", 3), ("CNY", 2), ("CLF", 4)):
        with scratch(owner, TENANT) as (connection, _schema):
            run = kind_of(connection).run
            run(connection, TENANT.upgrade("", to="0080"))
            run(connection, handed(TENANT.upgrade("0080", to="0081"), currency=currency))
            asked = (
                "SELECT column_default FROM information_schema.columns WHERE"
                " table_schema = current_schema() AND table_name = 'products' AND column_name = "
            )
            (told,) = connection.exec_driver_sql(f"{asked} 'currency'").one()
            assert f"'{currency}'" in told
            (code,) = connection.exec_driver_sql(f"{asked} 'own_digits'").one()
            assert connection.exec_driver_sql(f"SELECT {code}").scalar() == digits


@pytest.fixture
def copied(tmp_path: Path) -> History:
    """The tenants' history in a folder that a test may write to."""
    folder = tmp_path / "tenant"
    shutil.copytree(TENANT.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return History(folder)


def test_two_heads_are_refused(copied: History) -> None:
    for number in ("2098", "2099"):
        file = copied.folder / "versions" / f"2030_01_01_{number}_fork.py"
        file.write_text(
            f"revision = '{number}'\ndown_revision = '{TENANT.head}'\n"
            "def upgrade(): pass\ndef downgrade(): pass\n"
        )
    with pytest.raises(HistoryError, match="several heads: 2098, 2099"):
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
