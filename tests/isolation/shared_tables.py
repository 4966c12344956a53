"""Watches every statement on the tables that all tenants share, and judges whose rows it means.

A statement that SQLAlchemy built is judged by its tree: each shared table in it must be bound, by a
condition that holds for every row, to one tenant (or to the key that stands for one). Text that
goes past SQLAlchemy can't be judged, so each place that writes such is an exception. What tests
write themselves is no business of this.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from psycopg2 import extensions
from sqlalchemy import Engine, Table, event
from sqlalchemy.pool import Pool
from sqlalchemy.sql import operators
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, Grouping
from sqlalchemy.sql.selectable import Alias, FromClause, Join, Select

# The columns of a shared table that name one tenant, or a row that belongs to one by its nature.
TENANT = {
    "tenant": {"id", "slug", "skeleton", "schema_name"},
    "domain": {"tenant_id", "host"},
    "job": {"tenant_id"},
    "mail_hint": {"tenant_id"},
    "operator_event": {"tenant_id"},
    "sign_up": {"tenant_id", "id", "digest", "skeleton"},  # One firm's, before it has a workspace.
    "hit": {"key"},  # The key carries a digest of the tenant.
    "subscription": {"tenant_id", "stripe_id", "stripe_customer_id"},
    "subscription_invoice": {"id", "tenant_id", "stripe_id"},
    "tax_invoice_request": {"id", "tenant_id", "invoice_id"},
    "transfer_request": {"id", "tenant_id", "reference"},
    "webhook_receipt": {"event_id", "tenant_id"},
    "stripe_call": {"key", "tenant_id"},
    "tenant_size": {"tenant_id"},
    "erasure_certificate": {"id", "tenant_id"},
}
# Tables without anything of a tenant.
OF_THE_SERVICE = {
    "operator": "people of the service",
    "operator_session": "their sign-ins",
    "operator_code": "their recovery codes",
    "schedule": "when recurring jobs were enqueued last",
    "freed_slug": "addresses that belong to nobody",
    "alembic_version": "the version of the shared tables",
}
# Where a statement means several tenants, and why it may.
EXCEPTIONS = {
    "app.jobs.claim.waiting_tenants": "the worker asks whose jobs wait, to serve them in turn",
    "app.jobs.outcome.collect_lost": "a worker that died held jobs of anybody",
    "app.jobs.schedule._enqueue": "a recurring job is enqueued for every open workspace",
    "app.jobs.maintenance.prune_jobs": "finished jobs grow old whosever they are",
    "app.jobs.overview.list_jobs": "operators look at the whole queue",
    "app.jobs.overview.retry_jobs": "operators try dead letters of all workspaces again",
    "app.jobs.overview.held_jobs": "operators see whose mails wait, and why",
    "app.jobs.overview.count_by_state": "the metrics count the whole queue",
    "app.jobs.overview.oldest_due": "the metrics tell the longest wait of all",
    "app.front.finding.workspaces_of": "a mailbox is told which workspaces know it",
    "app.front.signing_up.clear_sign_ups": "sign-ups grow old whosever they are",
    "app.operator.tenancies.overview": "operators see every workspace",
    "app.operator.tenancies.versions": "operators see at which migration everybody stands",
    "app.operator.erased.list_erased": "operators see every workspace that is no more",
    "app.operator.money.money": "operators see what all subscriptions bring",
    "app.operator.accounts._entered": "who runs the service no more leaves wherever they came in",
    "app.operator.measure._due": "every workspace is counted in turn",
    "app.cli.tenants._list": "operators list every workspace",
    "tenants.billing.pruning": "what was told and asked long ago grows old whosever it is",
    "tenants.billing.waiting": "which firms wait for their money or tax invoice",
    "tenants.billing.reconcile": "our books are held against Stripe's for every firm",
    "tenants.fleet.standings": "a migration goes through every workspace",
    "tenants.migrations": "the shared tables are made and changed as a whole",
}

SHARED = re.compile(r"\bcontrol\.\"?(\w+)", re.IGNORECASE)
INSERTED = re.compile(r"INSERT INTO control\.(\w+) \(([^)]*)\)")
# General helpers: the place that matters is the one that called them.
PASSED_OVER = ("tenants.engine.", "tenants.database.")


@dataclass(frozen=True, slots=True)
class Use:
    """One statement on shared tables: where it came from, and what is wrong with it, if anything.

    `exception` is the entry of EXCEPTIONS that lets it pass.
    """

    place: str
    sql: str
    tables: frozenset[str]
    problem: str | None = None
    exception: str | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}\n    {self.sql}"


@dataclass
class Watch:
    """What was seen so far."""

    uses: list[Use] = field(default_factory=list)

    def take(self) -> list[Use]:
        """What was seen since the last time."""
        taken, self.uses = self.uses, []
        return taken

    def note(self, sql: str, statement: Any) -> None:
        """Judge one statement, unless it touches no shared table or a test wrote it."""
        tables = frozenset(SHARED.findall(sql))
        place = _place(sys._getframe(2)) if tables else None
        if place is None:
            return
        problem = _problem(sql, statement, tables)
        known = [one for one in EXCEPTIONS if place == one or place.startswith(f"{one}.")]
        if problem and known:
            self.uses.append(Use(place, sql, tables, exception=known[0]))
        else:
            self.uses.append(Use(place, sql, tables, problem))


def problems(uses: Iterable[Use]) -> list[str]:
    """Those that mean several tenants without being allowed to, as texts for a failing test."""
    return list(dict.fromkeys(str(use) for use in uses if use.problem))


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch every engine and every cursor of its connections from now on."""
    watch = Watch()

    def built(
        _connection: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        compiled = getattr(context, "compiled", None)
        watch.note(sql, getattr(compiled, "statement", None))

    class Watched(extensions.cursor):
        """A cursor that tells what goes past SQLAlchemy."""

        def execute(self, query: Any, parameters: Any = None) -> Any:
            if not sys._getframe(1).f_code.co_name.startswith("do_execute"):
                watch.note(str(query), None)
            return super().execute(query, parameters)

    def connected(connection: Any, _record: Any) -> None:
        connection.cursor_factory = Watched

    event.listen(Engine, "before_cursor_execute", built)
    event.listen(Pool, "connect", connected)
    yield watch
    event.remove(Engine, "before_cursor_execute", built)
    event.remove(Pool, "connect", connected)


def _place(frame: FrameType | None) -> str | None:
    """The function of ours that a statement comes from, or None for one that a test wrote."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith(("app.", "tenants.", "tests.")):
            place = f"{module}.{frame.f_code.co_qualname}"
            if module.startswith("tests."):
                return None
            if not place.startswith(PASSED_OVER):
                return place.replace(".<locals>", "")
        frame = frame.f_back
    return None


def _problem(sql: str, statement: Any, tables: frozenset[str]) -> str | None:
    """What is wrong with a statement, or None."""
    if tables <= OF_THE_SERVICE.keys():
        return None
    if statement is None or not isinstance(statement, (Select, Insert, Update, Delete)):
        return "a text that can't be judged"
    if isinstance(statement, Insert):
        return _problem_of_insert(sql)
    if _is_written_back(statement):
        return None
    loose = sorted(unbound(statement))
    return f"not bound to a tenant: {', '.join(loose)}" if loose else None


def _problem_of_insert(sql: str) -> str | None:
    """A row says whose it is, in the columns that it is inserted with."""
    for table, columns in INSERTED.findall(sql):
        names = {name.strip(' "') for name in columns.split(",")}
        if table not in OF_THE_SERVICE and not names & TENANT[table]:
            return f"inserted without a tenant: {table}"
    return None


def _is_written_back(statement: Any) -> bool:
    """True for a row that the unit of work has read, by a statement that was judged, and changed.

    It is written by its primary key, which nobody but the reading statement gave.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name in ("_emit_update_statements", "_emit_delete_statements"):
            return isinstance(statement, (Update, Delete))
        frame = frame.f_back
    return False


def unbound(statement: Any, outer: frozenset[str] = frozenset()) -> set[str]:
    """The shared tables of a statement and its parts that no condition binds to a tenant.

    `outer` are the tables of the statement that this one is a part of.
    """
    found: set[str] = set()
    if isinstance(statement, Select):
        froms = list(statement.get_final_froms())
    elif isinstance(statement, (Update, Delete)):
        froms = [statement.table]
    else:
        return found.union(*(unbound(child, outer) for child in statement.get_children()))
    pieces, conditions = _spread(froms)
    if statement.whereclause is not None:
        conditions.append(Condition(statement.whereclause))
    here = {_name(piece): _table(piece) for piece in pieces if _table(piece) is not None}
    # A part that names the whole's table beside one of its own means the whole's row.
    mine = {name for name in here if name not in outer or len(pieces) == 1}
    bound = set(here) - mine
    while more := {name for name in mine - bound if _is_bound(name, conditions, bound)}:
        bound |= more
    found |= {table.name for name, table in here.items() if table is not None and name not in bound}
    parts = [*pieces, *(one.clause for one in conditions), *getattr(statement, "_raw_columns", ())]
    return found.union(
        *(unbound(part, outer | here.keys()) for part in parts if _table(part) is None)
    )


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that every row fulfils, or every row of the tables `only`."""

    clause: Any
    only: frozenset[str] | None = None


def _spread(froms: Iterable[FromClause]) -> tuple[list[Any], list[Condition]]:
    """The tables, aliases and subqueries of a FROM, and the conditions of its joins.

    What an outer join asks for keeps rows of its right side out, and none of its left.
    """
    pieces: list[Any] = []
    conditions: list[Condition] = []
    for one in froms:
        if not isinstance(one, Join):
            pieces.append(one)
            continue
        inner, further = _spread([one.left, one.right])
        right, _conditions = _spread([one.right])
        names = frozenset(map(_name, right)) if one.isouter else None
        pieces += inner
        conditions += [*further, Condition(one.onclause, frozenset() if one.full else names)]
    return pieces, conditions


def _is_bound(name: str, conditions: Iterable[Condition], bound: set[str]) -> bool:
    """True when one of the conditions binds the table `name` to a tenant."""
    return any(
        _condition_binds(one.clause, name, bound)
        for one in conditions
        if one.only is None or name in one.only
    )


def _condition_binds(condition: Any, name: str, bound: set[str]) -> bool:
    if isinstance(condition, Grouping):
        return _condition_binds(condition.element, name, bound)
    if isinstance(condition, BooleanClauseList):
        parts = [_condition_binds(one, name, bound) for one in condition.clauses]
        return all(parts) if condition.operator is operators.or_ else any(parts)
    if not isinstance(condition, BinaryExpression):
        return False
    if condition.operator not in (operators.eq, operators.in_op):
        return False
    for column, other in (
        (condition.left, condition.right),
        (condition.right, condition.left),
    ):
        if _names_tenant(column, name):
            source = getattr(other, "table", None)
            return source is None or _table(source) is None or _name(source) in bound
    return False


def _names_tenant(column: Any, name: str) -> bool:
    """True for the column of the table `name` that names a tenant."""
    source = getattr(column, "table", None)
    table = _table(source) if source is not None else None
    return table is not None and _name(source) == name and column.key in TENANT[table.name]


def _table(piece: Any) -> Table | None:
    """The shared table of tenants' rows behind a piece of a FROM, or None."""
    while isinstance(piece, Alias):
        piece = piece.element
    if not isinstance(piece, Table) or piece.schema != "control":
        return None
    return piece if piece.name not in OF_THE_SERVICE else None


def _name(piece: Any) -> str:
    return piece.fullname if isinstance(piece, Table) else str(piece.name)
