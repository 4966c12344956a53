"""Migrating the shared tables, proving that both histories say what the models say, and writing
the next revision of either from the models.

Proofs and drafts happen in a scratch schema inside a transaction that is rolled back, since DDL
is transactional: nothing of them is ever seen by anybody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import DowngradeOps, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, Index, MetaData

from tenants.catalogue import concise, describe
from tenants.database import ControlBase
from tenants.engine import kind_of
from tenants.history import CONTROL, TENANT, History, HistoryError, of_no_firm
from tenants.schema import render

CONTROL_LOCK = 7_382_216  # Any fixed number: two commands that migrate `control` take turns on it.
SCRATCH = "zuke_scratch"
KEPT = "zuke_kept"


def upgrade_control(engine: Engine) -> bool:
    """Bring the shared tables to the head of their history; True when there was something to do.

    All steps and the version are one transaction, so a failure leaves the schema as it was.
    """
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '4s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CONTROL_LOCK})")
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS control")
        context = control_context(connection)
        version = context.get_current_revision() or ""
        if version == CONTROL.head:
            return False
        kind_of(connection).run(connection, CONTROL.upgrade(version))
        context.stamp(CONTROL.scripts, CONTROL.head)
        # The version's table is Alembic's own, made by the stamp; readiness is asked of the web.
        connection.exec_driver_sql("GRANT SELECT ON control.alembic_version TO zuke_app")
        return True


def control_version(engine: Engine) -> str:
    """The revision that the shared tables stand at, or an empty text before the first."""
    with engine.connect() as connection:
        return control_context(connection).get_current_revision() or ""


def control_context(connection: Connection) -> MigrationContext:
    """Alembic's view of the shared tables' version."""
    return MigrationContext.configure(connection, opts={"version_table_schema": "control"})


def check(engine: Engine, tenant_metadata: MetaData) -> list[str]:
    """Every way in which the histories are not what they must be, as sentences; none when sound.

    One head each; up, down and up again gives the same; and what the migrations make is what the
    models make, in every column, constraint and index.
    """
    problems: list[str] = []
    for history, metadata in ((CONTROL, ControlBase.metadata), (TENANT, tenant_metadata)):
        try:
            with scratch(engine, history) as (connection, schema):
                problems += _prove(connection, schema, history, metadata)
        except HistoryError as error:
            problems.append(str(error))
    return problems


def _prove(connection: Connection, schema: str, history: History, metadata: MetaData) -> list[str]:
    """Make the schema from the models, then from the history up, down and up, and compare."""
    run, name = kind_of(connection).run, history.folder.name
    run(connection, render(metadata))
    models = describe(connection, schema)
    _empty(connection, schema)
    steps = of_no_firm(history.upgrade(""))
    run(connection, steps)
    up = describe(connection, schema)
    run(connection, history.downgrade(history.head))
    down = describe(connection, schema)
    run(connection, steps)
    again = describe(connection, schema)
    compared = (
        ("downgrading leaves", down),
        ("the second upgrade differs in", up ^ again),
        ("no migration makes", models - up),
        ("no model has", up - models),
    )
    return [f"{name}: {what} {line}" for what, lines in compared for line in concise(lines)]


@contextmanager
def scratch(engine: Engine, history: History) -> Iterator[tuple[Connection, str]]:
    """A transaction with an empty schema for `history`, gone when the block ends.

    The shared tables name their schema, so the one in use steps aside until the rollback.
    """
    with engine.connect() as connection, connection.begin() as transaction:
        schema = SCRATCH
        if history.folder == CONTROL.folder:
            schema = "control"
            present = connection.exec_driver_sql("SELECT to_regnamespace('control')").scalar()
            if present:
                connection.exec_driver_sql(f"ALTER SCHEMA control RENAME TO {KEPT}")
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {schema}, ext")
        try:
            yield connection, schema
        finally:
            transaction.rollback()


def _empty(connection: Connection, schema: str) -> None:
    connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    connection.exec_driver_sql(f"CREATE SCHEMA {schema}")


def write_revision(
    engine: Engine, history: History, metadata: MetaData, message: str
) -> str | None:
    """Write the revision that leads from the history's head to the models; answer with its path.

    None where the models say nothing new. What is written is a draft to be read: renames, data and
    rights are for a person to add.
    """
    with scratch(engine, history) as (connection, schema):
        kind_of(connection).run(connection, of_no_firm(history.upgrade("")))
        context = MigrationContext.configure(connection, opts=_options(metadata, schema))
        script = produce_migrations(context, metadata)
        up, down = script.upgrade_ops, script.downgrade_ops
        if up is None or down is None or up.is_empty():
            return None
        texts = [_code(ops, context) for ops in (up, down)]
    needs_dialect = any("postgresql." in text for text in texts)
    number = f"{int(history.head or 0) + 1:04d}"  # The line may have gaps.
    written = history.scripts.generate_revision(
        number,
        message,
        upgrades=texts[0],
        downgrades=texts[1],
        imports="from sqlalchemy.dialects import postgresql" if needs_dialect else "",
    )
    return str(written.path) if written else None


def _code(ops: UpgradeOps | DowngradeOps, context: MigrationContext) -> str:
    """The operations as Python, without the remarks that Alembic puts around them."""
    text = render_python_code(ops, migration_context=context)
    return "\n".join(line for line in text.split("\n") if "# ###" not in line).strip()


def _options(metadata: MetaData, schema: str) -> dict[str, object]:
    """How Alembic compares: within the one schema, with types and defaults."""

    def within(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "schema" or name == schema

    def comparable(
        item: object, _name: str | None, kind: str, _reflected: bool, to: object
    ) -> bool:
        """An index with a collation always seems another, as it is read back without."""
        return not (kind == "index" and to is not None and _is_collated(item))

    options: dict[str, object] = {
        "target_metadata": metadata,
        "compare_type": True,
        "compare_server_default": True,
        "include_object": comparable,
    }
    if metadata.schema:
        options |= {"include_schemas": True, "include_name": within}
    return options


def _is_collated(item: object) -> bool:
    """True of an index whose expressions name a collation."""
    return isinstance(item, Index) and any("COLLATE" in str(one) for one in item.expressions)
