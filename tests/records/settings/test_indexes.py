"""Indexes of own fields: built in the background, met by lists, dropped when nobody wants them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select, text, update
from sqlalchemy.exc import ProgrammingError

from app.jobs.enqueue import enqueue
from app.jobs.registry import Registry, connect
from app.jobs.worker import Worker
from app.kernel.stamps import stamp
from app.records.custom.indexes import TEND, indexes_of, tend_indexes
from app.records.custom.kinds import KINDS
from app.records.custom.models import CustomField
from app.records.custom.operations import bring_back_field, change_field, define_field, retire_field
from app.records.custom.wish import Wish
from app.records.filters import Filter
from app.records.jobs import tend, tend_daily
from app.records.query import Query, page
from app.records.tailored import STAMP, tailored
from config.settings import Settings
from tenants.catalogue import describe
from tenants.control import Job
from tenants.database import control_session
from tests.cast import Workspace
from tests.records.pages.conftest import statements

Work = Callable[[Engine | None], int]


@pytest.fixture
def oakland(app: Flask, fresh: Callable[[str], Workspace]) -> Workspace:
    """A workspace of its own: what is built on its tables goes with them."""
    return fresh("oakland")


@pytest.fixture
def work(engine_app: Flask, settings: Settings) -> Iterator[Work]:
    """Runs what is due, with the owner's login or without; answers with how many ran."""

    def run(owner: Engine | None) -> int:
        connect(engine_app, Registry([tend]))
        return Worker(engine_app, settings, owner).drain()

    yield run
    engine_app.extensions.pop("zuke-jobs", None)


def define(workspace: Workspace, kind: str = "text", **wishes: Any) -> CustomField:
    if KINDS[kind].has_options:
        wishes["options"] = ({"label": {"en": "Oak"}}, {"label": {"en": "Ash"}})
    if kind == "reference":
        wishes["to"] = "account"
    with workspace.acting() as by:
        wish = Wish({"en": f"Wood {kind}"}, is_filterable=True, **wishes)
        return define_field(by, tailored("account", by), kind, wish)


def row_of(workspace: Workspace) -> CustomField:
    with workspace.scope() as session:
        return session.scalars(select(CustomField)).one()


def built(workspace: Workspace, owner: Engine) -> dict[str, bool]:
    """The indexes of own fields by name, and whether each is valid."""
    with owner.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT x.relname, i.indisvalid FROM pg_index i JOIN pg_class x"
                " ON x.oid = i.indexrelid WHERE x.relnamespace = to_regnamespace(:schema)"
                " AND x.relname LIKE 'xi%' ORDER BY x.relname"
            ),
            {"schema": workspace.facts.schema},
        )
        return {name: valid for name, valid in rows}  # noqa: C416  Typed rows.


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_indexed_by_names_short_enough(
    kind: str, oakland: Workspace, owner: Engine, work: Work
) -> None:
    field = define(oakland, kind)
    work(owner)
    names = built(oakland, owner)
    wanted = 0 if kind == "long_text" else 2 if KINDS[kind].can_sort else 1
    assert len(names) == wanted
    assert all(names.values())
    assert all(len(name) <= 54 and field.id.hex in name for name in names)
    assert (row_of(oakland).indexed_at is not None) is bool(wanted)
    assert row_of(oakland).version == field.version, "an index is no change that an admin meets"


def test_indexes_wait_for_a_worker_that_has_the_owner_s_login(
    oakland: Workspace, owner: Engine, work: Work
) -> None:
    define(oakland)
    assert work(None) == 0
    assert built(oakland, owner) == {}
    with oakland.scope() as session:
        before = stamp(session, STAMP)
    assert work(owner) == 1
    with oakland.scope() as session:
        assert stamp(session, STAMP) != before, "processes learn that it is there"
    assert work(owner) == 0


def test_a_list_of_twenty_thousand_finds_and_orders_through_them(
    oakland: Workspace, owner: Engine, work: Work
) -> None:
    text_field, number, choices = (define(oakland, kind) for kind in ("text", "number", "choices"))
    _fill(oakland, owner)
    work(owner)
    finds = [
        (text_field, Query(filters=(Filter(text_field.key, "eq", "Oak 77"),))),
        (number, Query(filters=(Filter(number.key, "gte", "19990"),))),
        (choices, Query(filters=(Filter(choices.key, "eq", "ash"),))),
        (text_field, Query(sort=text_field.key)),
        (number, Query(sort=f"-{number.key}")),
    ]
    for field, asked in finds:
        plan = _plan(oakland, asked)
        assert re.search(rf"xi_{field.id.hex}_[fo]_", plan), f"{asked}\n{plan}"
    cursor = _page(oakland, Query(sort=number.key)).next
    assert cursor is not None
    assert f"xi_{number.id.hex}_o_" in _plan(oakland, Query(sort=number.key, cursor=cursor))


def _fill(workspace: Workspace, owner: Engine) -> None:
    schema = workspace.facts.schema
    with owner.begin() as connection:
        connection.execute(text(f'SET LOCAL search_path TO "{schema}", ext'))
        connection.execute(
            text(
                "INSERT INTO accounts (id, version, kind, lifecycle, name, name_sort, created_at,"
                " updated_at, custom) SELECT gen_random_uuid(), 1, 'organisation', 'prospect',"
                " 'Firm ' || n, 'firm ' || n, now(), now(), jsonb_build_object("
                " 'x_wood_text', 'Oak ' || n, 'x_wood_text_sort', 'oak ' || n,"
                " 'x_wood_number', n, 'x_wood_choices',"
                " jsonb_build_array(CASE WHEN n % 500 = 0 THEN 'ash' ELSE 'oak' END))"
                " FROM generate_series(1, 20000) AS n"
            )
        )


def _page(workspace: Workspace, asked: Query) -> Any:
    with workspace.acting() as by:
        return page(tailored("account", by), asked, by, ["name"])


def _plan(workspace: Workspace, asked: Query) -> str:
    """How the database goes about a list."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        seen.append((statement, values))

    with workspace.acting() as by:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            page(tailored("account", by), asked, by, ["name"])
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        statement, values = next(
            one for one in seen if "FROM accounts" in one[0] or one[0].startswith("EXECUTE zuke_")
        )
        cursor = by.session.connection().connection.cursor()
        cursor.execute("EXPLAIN " + statement, values)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_what_is_no_longer_wanted_is_dropped_and_comes_back_when_wanted(
    oakland: Workspace, owner: Engine, work: Work
) -> None:
    define(oakland)
    work(owner)
    assert len(built(oakland, owner)) == 2
    for make in (
        lambda by, row: change_field(by, row, None, Wish(row.label)),
        lambda by, row: change_field(by, row, None, Wish(row.label, is_unique=True)),
        retire_field,
        bring_back_field,
    ):
        with oakland.acting() as by:
            make(by, by.session.scalars(select(CustomField)).one())
        work(owner)
        row = row_of(oakland)
        is_wanted = row.is_unique and row.retired_at is None
        assert (row.indexed_at is not None) is is_wanted
        assert bool(built(oakland, owner)) is is_wanted


def test_an_index_that_failed_half_way_is_built_again(
    oakland: Workspace, owner: Engine, work: Work
) -> None:
    define(oakland)
    work(owner)
    (first, *_rest) = built(oakland, owner)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        schema, gone = oakland.facts.schema, "two_alike"
        connection.execute(text(f'DROP INDEX "{schema}"."{first}"'))
        for name in ("Fence", "Fence"):
            with oakland.acting() as by:
                from tests.factories import make_account

                make_account(by, name)
        with pytest.raises(Exception, match="could not create unique index"):
            connection.execute(
                text(f'CREATE UNIQUE INDEX CONCURRENTLY "{first}" ON "{schema}".accounts (name)')
            )
        assert gone not in built(oakland, owner)
    assert built(oakland, owner)[first] is False
    with oakland.scope():
        enqueue(oakland.actor(), TEND, {}, key=TEND)
    work(owner)
    assert built(oakland, owner)[first] is True


def test_a_daily_look_mends_what_no_change_of_a_field_asks_for(
    oakland: Workspace, owner: Engine, work: Work
) -> None:
    def look() -> None:
        with oakland.acting() as by:
            tend_daily.run(by, {})
        work(owner)

    field = define(oakland)
    work(owner)
    (first, second) = built(oakland, owner)
    schema = oakland.facts.schema
    leftover = f"xi_{'0' * 32}_f_00000000"
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP INDEX "{schema}"."{first}"'))
        connection.execute(text(f'CREATE INDEX "{leftover}" ON "{schema}".accounts (city)'))
    look()
    assert built(oakland, owner) == {first: True, second: True}
    with oakland.scope() as session:  # As if the job of its retiring had been lost.
        table = CustomField.__table__
        session.execute(update(table).where(table.c.id == field.id).values(retired_at=func.now()))
    look()
    assert built(oakland, owner) == {}
    assert row_of(oakland).indexed_at is None


def test_a_workspace_without_own_fields_asks_for_no_look(oakland: Workspace) -> None:
    with oakland.acting() as by:
        tend_daily.run(by, {})
    with oakland.engine_app.app_context(), control_session() as session:
        jobs = session.scalars(select(Job).where(Job.tenant_id == oakland.facts.id)).all()
        assert [one for one in jobs if one.kind == TEND] == []


def test_a_table_is_analysed_after_a_run_that_was_cut_off_before_it(
    oakland: Workspace, owner: Engine, work: Work
) -> None:
    define(oakland)
    work(owner)
    with oakland.scope() as session:
        session.execute(update(CustomField.__table__).values(indexed_at=None))
        enqueue(oakland.actor(), TEND, {}, key=TEND)
    with statements() as seen:
        work(owner)
    assert [one for one in seen if one.startswith("ANALYZE")] == [
        f'ANALYZE "{oakland.facts.schema}"."accounts"'
    ]
    with oakland.scope():
        enqueue(oakland.actor(), TEND, {}, key=TEND)
    with statements() as seen:
        work(owner)
    assert not [one for one in seen if one.startswith(("ANALYZE", "CREATE", "DROP"))]


def test_what_can_not_be_built_is_told_and_tried_again(
    oakland: Workspace, owner: Engine, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    define(oakland)
    broken = f"{tend_indexes.__module__}._to_find"
    with monkeypatch.context() as patch:
        patch.setattr(broken, lambda _field, _dialect: "btree (no_such_column)")
        work(owner)
    assert row_of(oakland).indexed_at is None
    with oakland.engine_app.app_context(), control_session() as session:
        job = session.scalars(select(Job).where(Job.tenant_id == oakland.facts.id)).one()
        assert job.state == "ready"
        assert "column … does not exist" in (job.error or ""), "what is quoted is masked"
        job.run_at = job.created_at
    work(owner)
    assert row_of(oakland).indexed_at is not None


def test_a_tenant_s_role_gets_nothing_else_done_with_the_owner_s_login(
    oakland: Workspace, globex: Workspace, owner: Engine, work: Work
) -> None:
    field = define(oakland)
    table = CustomField.__table__
    evil = "x_a') ); DROP TABLE accounts; --"
    with oakland.scope() as session:
        session.execute(update(table).values(key=evil[:40]))
        enqueue(oakland.actor(), TEND, {"tenant_id": str(globex.facts.id), "sql": evil})
    work(owner)
    assert built(oakland, owner) == {}
    assert built(globex, owner) == {}
    with oakland.scope() as session:
        session.execute(update(table).values(key=field.key, kind="text; DROP"))
        enqueue(oakland.actor(), TEND, {})
    work(owner)
    assert built(oakland, owner) == {}
    with oakland.acting() as by:
        assert page(tailored("contact", by), Query(), by, ["name"]).rows == []
    with pytest.raises(ProgrammingError, match="must be owner"), oakland.scope() as session:
        session.execute(text("CREATE INDEX xi_mine ON accounts (city)"))


def test_snapshot_and_history_do_not_know_them(
    oakland: Workspace, owner: Engine, work: Work
) -> None:
    def lines() -> frozenset[str]:
        with owner.begin() as connection:
            connection.execute(text(f'SET LOCAL search_path TO "{oakland.facts.schema}", ext'))
            return describe(connection, oakland.facts.schema)

    before = lines()
    define(oakland)
    work(owner)
    assert built(oakland, owner)
    assert lines() == before


def test_the_settings_tell_that_an_index_is_being_prepared(
    alice: Any, define_field_of_acme: None
) -> None:
    assert "Index being prepared" in alice.client.get("/settings/fields/accounts").text


@pytest.fixture
def define_field_of_acme(acme: Workspace) -> None:
    define(acme)


def test_a_definition_is_part_of_the_name(oakland: Workspace) -> None:
    define(oakland)
    with oakland.scope() as session:
        row = session.scalars(select(CustomField)).one()
        (find, order) = indexes_of(row, session.get_bind().dialect)
        row.key = "x_other"
        others = indexes_of(row, session.get_bind().dialect)
        session.rollback()
    assert {find.name, order.name}.isdisjoint(one.name for one in others)
