from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.modules import tenant_schema
from tenants import fleet
from tenants.errors import Busy, UnknownTenant
from tenants.facts import TenantFacts
from tenants.fleet import migrate_tenants, standings
from tenants.history import TENANT, History
from tenants.lifecycle import NewTenant, create, erase

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REVISION = """
from alembic import op
import sqlalchemy as sa
revision = '{revision}'
down_revision = '{before}'
def upgrade():
    op.add_column('teams', sa.Column('{column}', sa.Integer()))
    op.create_index('ix_teams_{column}', 'teams', ['{column}'])
def downgrade():
    op.drop_index('ix_teams_{column}', 'teams')
    op.drop_column('teams', '{column}')
"""


@pytest.fixture
def others(owner: Engine, clean: None) -> dict[str, TenantFacts]:
    """Three workspaces beside those of the cast."""
    return {
        slug: create(
            owner, tenant_schema(), NewTenant(slug, slug), now=NOW + timedelta(days=number)
        )
        for number, slug in enumerate(("hooli", "pied", "raviga"))
    }


@pytest.fixture
def longer(
    tmp_path: Path, others: dict[str, TenantFacts], houses: object, owner: Engine
) -> History:
    """The history with two revisions more, which the cast does not follow."""
    folder = tmp_path / "tenant"
    shutil.copytree(TENANT.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    before = TENANT.head
    for revision, column in (("9001", "height"), ("9002", "weight")):
        file = folder / "versions" / f"2030_01_01_{revision}_{column}.py"
        file.write_text(REVISION.format(revision=revision, before=before, column=column))
        before = revision
    history = History(folder)
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE control.tenant SET version = :head WHERE slug IN ('acme', 'globex')"),
            {"head": history.head},
        )
    return history


def columns(owner: Engine, facts: TenantFacts) -> list[str]:
    query = text(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:table) "
        "AND attname IN ('height', 'weight') ORDER BY attname"
    )
    with owner.connect() as connection:
        return list(connection.execute(query, {"table": f'"{facts.schema}".teams'}).scalars())


def spoil(owner: Engine, facts: TenantFacts) -> None:
    """Put something in the way of the second revision."""
    with owner.begin() as connection:
        connection.execute(text(f'ALTER TABLE "{facts.schema}".teams ADD COLUMN weight int'))


def mend(owner: Engine, facts: TenantFacts) -> None:
    with owner.begin() as connection:
        connection.execute(text(f'ALTER TABLE "{facts.schema}".teams DROP COLUMN weight'))


def test_everybody_is_brought_to_the_head_and_a_second_run_has_nothing_to_do(
    owner: Engine, longer: History, others: dict[str, TenantFacts]
) -> None:
    outcome = migrate_tenants(owner, jobs=3, history=longer)
    assert sorted(outcome.migrated) == ["hooli", "pied", "raviga"]
    assert outcome.failed == {}
    for facts in others.values():
        assert columns(owner, facts) == ["height", "weight"]
    assert standings(owner, behind=longer.head) == []
    assert migrate_tenants(owner, history=longer).migrated == []


def test_a_failure_stops_that_workspace_whole_and_nobody_else(
    owner: Engine, longer: History, others: dict[str, TenantFacts]
) -> None:
    spoil(owner, others["pied"])
    told: list[tuple[str, str | None]] = []
    outcome = migrate_tenants(
        owner, history=longer, progress=lambda slug, problem: told.append((slug, problem))
    )
    assert sorted(outcome.migrated) == ["hooli", "raviga"]
    assert "already exists" in outcome.failed["pied"]
    assert columns(owner, others["pied"]) == ["weight"], "the first revision was undone too"
    assert [each.slug for each in standings(owner, behind=longer.head)] == ["pied"]
    assert {slug for slug, problem in told if problem} == {"pied"}
    mend(owner, others["pied"])
    assert migrate_tenants(owner, history=longer).migrated == ["pied"]


def test_a_failing_canary_saves_the_others(
    owner: Engine, longer: History, others: dict[str, TenantFacts]
) -> None:
    spoil(owner, others["hooli"])
    outcome = migrate_tenants(owner, history=longer)
    assert list(outcome.failed) == ["hooli"], "the oldest that is behind goes first"
    assert outcome.untried == ["pied", "raviga"]
    assert columns(owner, others["pied"]) == []
    past = migrate_tenants(owner, history=longer, canary="raviga")
    assert past.migrated[0] == "raviga"
    assert sorted(past.migrated) == ["pied", "raviga"]
    assert list(past.failed) == ["hooli"]


def test_an_unknown_canary_is_refused(owner: Engine, longer: History) -> None:
    with pytest.raises(UnknownTenant):
        migrate_tenants(owner, history=longer, canary="nobody")


def test_two_runs_do_not_meet(owner: Engine, longer: History) -> None:
    with owner.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({fleet.FLEET_LOCK})"))
        with pytest.raises(Busy, match="under way"):
            migrate_tenants(owner, history=longer)
        connection.execute(text(f"SELECT pg_advisory_unlock({fleet.FLEET_LOCK})"))


def test_a_locked_table_is_waited_for_and_tried_again(
    owner: Engine,
    longer: History,
    others: dict[str, TenantFacts],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleet, "LOCK_TIMEOUT", "50ms")
    naps: list[float] = []
    with owner.connect() as holder:
        reading = holder.begin()
        holder.execute(text(f'SELECT count(*) FROM "{others["hooli"].schema}".teams'))

        def let_go_after_two(seconds: float) -> None:
            naps.append(seconds)
            if len(naps) == 2:
                reading.rollback()

        monkeypatch.setattr(fleet, "sleep", let_go_after_two)
        outcome = migrate_tenants(owner, jobs=1, history=longer)
    assert len(naps) == 2
    assert "hooli" in outcome.migrated


def test_an_erased_workspace_is_left_alone(
    owner: Engine, longer: History, others: dict[str, TenantFacts]
) -> None:
    erase(owner, "pied", now=NOW)
    assert sorted(migrate_tenants(owner, history=longer).migrated) == ["hooli", "raviga"]


def test_a_version_from_another_history_is_a_failure_of_that_workspace(
    owner: Engine, longer: History, others: dict[str, TenantFacts]
) -> None:
    with owner.begin() as connection:
        connection.execute(text("UPDATE control.tenant SET version = '7777' WHERE slug = 'pied'"))
    outcome = migrate_tenants(owner, history=longer)
    assert "is not in the history" in outcome.failed["pied"]
    assert sorted(outcome.migrated) == ["hooli", "raviga"]
