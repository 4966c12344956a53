"""Rules that let the same tables run on one server and sharded over many."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Enum, Table
from sqlalchemy.schema import CreateTable

from app.kernel.model import Base
from app.modules import tenant_schema

LONGEST_NAME = 54
TABLES = tuple(tenant_schema().metadata.sorted_tables)


def names_of(table: Table) -> list[str]:
    """The names of every constraint and index of a table."""
    return [str(one.name) for one in (*table.constraints, *table.indexes)]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_constraint_and_index_has_a_short_name(table: Table) -> None:
    bad = [name for name in names_of(table) if name == "None" or len(name.encode()) > LONGEST_NAME]
    assert bad == []


def test_no_two_indexes_share_a_name() -> None:
    names = [str(index.name) for table in TABLES for index in table.indexes]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_stands_on_plain_columns_within_its_own_schema(table: Table) -> None:
    assert table.schema is None
    assert all(not isinstance(column.type, Enum) for column in table.columns)
    assert all(column.identity is None for column in table.columns)
    assert all(key.column.table.schema is None for key in table.foreign_keys)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_key_is_made_in_the_application(table: Table) -> None:
    for column in table.primary_key.columns:
        assert column.server_default is None
        assert "SERIAL" not in str(CreateTable(table))


def test_the_snapshot_holds_only_tables_and_indexes() -> None:
    for statement in tenant_schema().ddl:
        assert re.match(r"(CREATE (UNLOGGED )?TABLE|CREATE (UNIQUE )?INDEX|ALTER TABLE)", statement)


def test_every_model_is_known_to_the_snapshot() -> None:
    assert {table.name for table in TABLES} == set(Base.metadata.tables)
