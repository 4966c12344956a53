"""What a schema holds, read from PostgreSQL's own catalogue as lines that can be compared.

The order of columns is left out: a column that a migration adds stands last, in the models it
stands where it belongs, and nothing of ours depends on the difference.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

COLUMNS = text(
    """
    SELECT 'column ' || c.relname || '.' || a.attname || ' '
        || format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
        || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
        || CASE WHEN a.attgenerated <> '' THEN ' generated' ELSE '' END
        || coalesce(' collate ' || nullif(l.collname, 'default'), '')
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
    WHERE c.relnamespace = to_regnamespace(:schema) AND a.attnum > 0 AND NOT a.attisdropped
    """
)
# PostgreSQL 18 lists NOT NULL among the constraints too; the columns' lines say it already.
CONSTRAINTS = text(
    """
    SELECT 'constraint ' || c.relname || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid)
    FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
    WHERE c.relnamespace = to_regnamespace(:schema) AND k.contype <> 'n'
    """
)
# Indexes named xi_… are those of a workspace's own fields: of no migration, in no snapshot.
INDEXES = text(
    """
    SELECT 'index ' || c.relname || ': '
        || replace(pg_get_indexdef(i.indexrelid), :schema || '.', '')
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    JOIN pg_class AS x ON x.oid = i.indexrelid AND left(x.relname, 3) <> 'xi_'
    WHERE c.relnamespace = to_regnamespace(:schema)
    """
)
RELATIONS = text(
    """
    SELECT 'relation ' || c.relname || ': kind ' || c.relkind::text || c.relpersistence::text
    FROM pg_class AS c
    WHERE c.relnamespace = to_regnamespace(:schema) AND c.relkind <> 'i'
    UNION ALL
    SELECT 'function ' || p.proname FROM pg_proc AS p
    WHERE p.pronamespace = to_regnamespace(:schema)
    UNION ALL
    SELECT 'trigger ' || t.tgname
    FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
    WHERE c.relnamespace = to_regnamespace(:schema) AND NOT t.tgisinternal
    UNION ALL
    SELECT 'type ' || y.typname FROM pg_type AS y
    WHERE y.typnamespace = to_regnamespace(:schema) AND y.typtype IN ('e', 'd')
    """
)


def describe(connection: Connection, schema: str) -> frozenset[str]:
    """Every column, constraint, index and other object of `schema`, a line each.

    The search path must begin with the schema, so that definitions don't name it.
    """
    lines: set[str] = set()
    for query in (COLUMNS, CONSTRAINTS, INDEXES, RELATIONS):
        lines.update(connection.execute(query, {"schema": schema}).scalars())
    return frozenset(lines)


def concise(lines: Iterable[str]) -> list[str]:
    """The same lines, sorted, without those that only elaborate a whole relation among them."""
    whole = {line.split()[1].rstrip(":") for line in lines if line.startswith("relation ")}
    return sorted(
        line
        for line in lines
        if line.startswith("relation ")
        or line.split()[1].partition(".")[0].rstrip(":") not in whole
    )
