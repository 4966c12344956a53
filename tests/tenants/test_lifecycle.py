from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.identity.models import Team
from app.modules import tenant_schema
from tenants.control import FreedSlug, Job, MailHint, OperatorEvent, Tenant
from tenants.errors import Busy, SlugProblem, SlugRefused, TenancyError, UnknownTenant
from tenants.facts import State, TenantFacts
from tenants.lifecycle import NewTenant, create, erase, resume, set_state, suspend
from tenants.plans import bounds_of
from tests.cast import Workspace

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _washed(clean: None) -> None:
    """Every test here makes tenants of its own."""


def make(owner: Engine, slug: str = "initech", *, now: datetime = NOW) -> TenantFacts:
    return create(owner, tenant_schema(), NewTenant(slug=slug, name=slug.title()), now=now)


def traces(owner: Engine, facts: TenantFacts) -> list[str]:
    """What the server still knows under the tenant's names."""
    query = text(
        "SELECT 'schema' FROM pg_namespace WHERE nspname = :schema UNION ALL "
        "SELECT 'role' FROM pg_roles WHERE rolname = :role UNION ALL "
        "SELECT 'default rights' FROM pg_default_acl AS d JOIN pg_namespace AS n "
        "ON n.oid = d.defaclnamespace WHERE n.nspname = :schema"
    )
    with owner.connect() as connection:
        names = {"schema": facts.schema, "role": facts.db_role}
        return list(connection.execute(query, names).scalars())


def events(owner: Engine, tenant_id: object) -> list[str]:
    with Session(owner) as session:
        query = select(OperatorEvent.verb).where(OperatorEvent.tenant_id == tenant_id)
        return list(session.scalars(query.order_by(OperatorEvent.id)))


def refused(owner: Engine, slug: str, *, now: datetime = NOW) -> SlugProblem:
    with pytest.raises(SlugRefused) as answer:
        make(owner, slug, now=now)
    return answer.value.problem


def test_a_new_workspace_has_every_table_and_nobodys_rows(owner: Engine, engine_app: Flask) -> None:
    facts = make(owner)
    assert facts.version == tenant_schema().version
    assert facts.schema == facts.db_role == f"t_{facts.id.hex}"
    with Workspace(facts, engine_app).scope() as session:
        for table in tenant_schema().metadata.tables:
            assert session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar() == 0
    assert events(owner, facts.id) == ["created"]


def test_names_come_from_the_id_and_not_from_the_slug(owner: Engine) -> None:
    facts = make(owner, "select")
    assert "select" not in facts.schema


def test_a_taken_slug_and_its_look_alikes_are_refused(owner: Engine) -> None:
    make(owner)
    assert refused(owner, "initech") is SlugProblem.TAKEN
    assert refused(owner, "lnltech") is SlugProblem.LOOK_ALIKE
    assert refused(owner, "ini-tech") is SlugProblem.LOOK_ALIKE


def test_of_two_who_want_one_slug_at_once_one_gets_it(owner: Engine) -> None:
    def attempt(_turn: int) -> str:
        try:
            return make(owner, "initech").slug
        except SlugRefused as error:
            return error.problem.value

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(attempt, range(4)))
    assert answers == ["initech", "taken", "taken", "taken"]


def test_many_are_created_at_once_without_getting_in_each_others_way(owner: Engine) -> None:
    slugs = [f"firm{letter}" for letter in "abdefghj"]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda slug: make(owner, slug), slugs))
    assert len({facts.schema for facts in made}) == len(slugs)


def test_a_seed_that_fails_leaves_nothing(owner: Engine) -> None:
    seen: list[TenantFacts] = []

    def seed(session: Session, facts: TenantFacts) -> None:
        session.add(Team(name="Half", path="half/", created_at=NOW))
        session.flush()
        seen.append(facts)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        create(owner, tenant_schema(), NewTenant("initech", "Initech"), now=NOW, seed=seed)
    assert traces(owner, seen[0]) == []
    make(owner)


def test_suspending_and_resuming_gives_the_state_back(owner: Engine) -> None:
    facts = make(owner)
    set_state(owner, "initech", State.PAST_DUE, "fell_due", now=NOW)
    assert suspend(owner, "initech", now=NOW).is_suspended
    with pytest.raises(TenancyError, match="suspended already"):
        suspend(owner, "initech", now=NOW)
    back = resume(owner, "initech", now=NOW + timedelta(hours=1))
    assert back.state is State.PAST_DUE
    assert back.is_read_only
    with pytest.raises(TenancyError, match="is not suspended"):
        resume(owner, "initech", now=NOW)
    assert events(owner, facts.id) == ["created", "fell_due", "suspended", "resumed"]


def test_nothing_is_erased_by_a_change_of_state(owner: Engine) -> None:
    make(owner)
    with pytest.raises(TenancyError):
        set_state(owner, "initech", State.ERASED, "erased", now=NOW)


def test_a_wrong_slug_is_one_sentence(owner: Engine) -> None:
    for work in (suspend, resume, erase):
        with pytest.raises(UnknownTenant, match="No workspace has the address 'nobody'"):
            work(owner, "nobody", now=NOW)


def test_erasing_leaves_no_trace_but_the_history(owner: Engine) -> None:
    facts, neighbour = make(owner), make(owner, "hooli")
    with Session(owner) as session, session.begin():
        for tenant in (facts, neighbour):
            session.add(MailHint(email_digest="d" * 64, tenant_id=tenant.id))
            session.add(
                Job(
                    id=tenant.id,
                    tenant_id=tenant.id,
                    db_role=tenant.db_role,
                    kind="x",
                    run_at=NOW,
                    created_at=NOW,
                )
            )
    erase(owner, "initech", now=NOW)
    assert traces(owner, facts) == []
    assert traces(owner, neighbour) != []
    with Session(owner) as session:
        assert list(session.scalars(select(Job.tenant_id))) == [neighbour.id]
        assert list(session.scalars(select(MailHint.tenant_id))) == [neighbour.id]
        row = session.get_one(Tenant, facts.id)
        assert (row.state, row.slug) == ("erased", facts.schema)
    assert events(owner, facts.id) == ["created", "erased"]
    with pytest.raises(UnknownTenant):
        erase(owner, "initech", now=NOW)


def test_a_freed_slug_waits_ninety_days_and_its_heir_sees_nothing_old(
    owner: Engine, engine_app: Flask
) -> None:
    first = make(owner)
    with Workspace(first, engine_app).scope() as session:
        session.add(Team(name="Old secrets", path="old/", created_at=NOW))
    erase(owner, "initech", now=NOW)
    assert refused(owner, "initech", now=NOW + timedelta(days=89)) is SlugProblem.QUARANTINED
    assert refused(owner, "lnitech", now=NOW + timedelta(days=89)) is SlugProblem.QUARANTINED
    heir = make(owner, now=NOW + timedelta(days=91))
    assert heir.id != first.id
    with Workspace(heir, engine_app).scope() as session:
        assert session.scalars(select(Team.name)).all() == []
    erase(owner, "initech", now=NOW + timedelta(days=92))
    with Session(owner) as session:
        assert session.get_one(FreedSlug, "initech").until == NOW + timedelta(days=92 + 90)


def test_a_workspace_in_use_is_not_erased_and_not_harmed(
    owner: Engine, engine_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.lifecycle.LOCK_TIMEOUT", "50ms")
    workspace = Workspace(make(owner), engine_app)
    with workspace.scope() as session:
        session.scalars(select(Team.name)).all()
        with pytest.raises(Busy, match="in use"):
            erase(owner, "initech", now=NOW)
    with workspace.scope() as session:
        assert session.scalars(select(Team.name)).all() == []


def test_facts_say_what_a_state_allows() -> None:
    facts = Tenant(
        id=None, slug="x", name="X", db_role="r", schema_name="s", state="trial", modules=["sales"]
    )
    facts.limits, facts.version, facts.plan = {"seats": 5}, "1", "trial"
    facts.language, facts.currency, facts.zone, facts.country = "en", "USD", "UTC", "US"
    expected = {
        "trial": (False, False),
        "active": (False, False),
        "past_due": (True, False),
        "suspended": (True, True),
        "erased": (True, True),
    }
    for state, (read_only, suspended) in expected.items():
        facts.state = state
        known = facts.facts()
        assert (known.is_read_only, known.is_suspended) == (read_only, suspended)
    assert known.allows("crm")
    assert known.allows("sales")
    assert not known.allows("marketing")


def test_a_trial_begins_with_the_plan_s_limits_and_ends_after_its_days(owner: Engine) -> None:
    facts = make(owner)
    assert facts.plan == "trial"
    assert facts.trial_ends_at == NOW + timedelta(days=14)
    assert facts.limits == bounds_of("trial")


def test_seats_that_were_bought_and_what_the_operator_decides_bound_a_workspace() -> None:
    tenant = Tenant(plan="starter", seats=4, limits={"records": 7})
    assert tenant.bounds() == {**bounds_of("starter"), "seats": 4, "records": 7}
    tenant.seats = 1_000
    assert tenant.bounds()["seats"] == bounds_of("starter")["seats"]
