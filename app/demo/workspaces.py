"""The two workspaces of the demo, made once and brought up to date ever after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.crm.models import Account, Product
from app.demo.approvals import load_approvals
from app.demo.contracts import load_contracts
from app.demo.history import load_history, load_insight
from app.demo.leads import load_leads
from app.demo.letters import load_templates
from app.demo.load import Amounts, load
from app.demo.mails import load_mails
from app.demo.money import load_collected, load_money
from app.demo.opportunities import load_opportunities
from app.demo.orders import load_orders
from app.demo.people import PASSWORD, WORKSPACES, DemoPerson, DemoWorkspace
from app.demo.prices import load_prices
from app.demo.products import SELLER, load_products
from app.demo.quotes import load_quotes
from app.demo.rates import load_rates
from app.founding import Founder, found_workspace
from app.identity.actors import actor_for
from app.identity.models import Team, User
from app.identity.operations.roles import role_by_key
from app.identity.operations.teams import create_team
from app.identity.operations.users import create_user
from app.kernel import clock
from app.kernel.actor import Actor, service_actor
from app.kernel.names import display_name
from app.modules import install_record_types
from app.operator.accounts import create_operator
from app.records.door import perform
from app.records.money.rates import currencies_in_use
from app.records.usage import count_anew
from config.settings import Settings
from tenants.control import Operator, Tenant
from tenants.facts import State, TenantFacts
from tenants.fleet import migrate_tenants
from tenants.lifecycle import NewTenant
from tenants.starters import load_starter

OPERATOR = "operator@zuke.example"
SEED = 2026
TRADE_ABROAD = ("beifeng",)  # Whose shop took other currencies in its year.
POOLED = 9  # Prospects that wait for somebody, at most.
IDLE = timedelta(days=10)  # And for how long nothing was done with them, at least.
# Every module is on at 北风; Harbor does without marketing.
MODULES = {
    "beifeng": ("service", "sales", "marketing", "insight", "loyalty"),
    "harbor": ("service", "sales", "insight", "loyalty"),
}
AMOUNTS = {
    "beifeng": Amounts(126, 310, 780, SEED, "beifeng"),
    "harbor": Amounts(112, 260, 640, SEED, "harbor"),
}


def ensure_demo_workspaces(engine: Engine, settings: Settings) -> None:
    """Make the operator and the two workspaces where they are missing, and migrate what is there.

    `engine` is the owner's login, `settings` are those of the demo. What was interrupted half-way
    is completed by the next run.
    """
    install_record_types()
    now = clock.now()
    _ensure_operator(engine, now)
    migrate_tenants(engine)
    for workspace in WORKSPACES:
        facts = _find(engine, workspace.slug) or _found(engine, workspace, now)
        with owner_acting(engine, facts, now) as by:
            if by.session.scalar(select(func.count()).select_from(Account)) == 0:
                people = [_person(by, one) for one in workspace.people]
                for _written in load(by, people, AMOUNTS[workspace.slug]):
                    pass
                fill_pool(by)
            if workspace.slug in TRADE_ABROAD and currencies_in_use(by) == [workspace.currency]:
                load_rates(by, workspace.slug)
            if by.session.scalar(select(Product.id).limit(1)) is None:
                keeper = _person(by, workspace.people[SELLER])
                load_products(by, keeper, workspace.slug, load_starter(workspace.starter))
            people = [_person(by, one) for one in workspace.people]
            load_leads(by, workspace.slug, people)
            load_opportunities(by, workspace.slug, people)
            owner_id, manager_id, rep_id = (_person(by, one) for one in workspace.people[:3])
            load_approvals(by, workspace.slug, owner_id, manager_id, rep_id)
            load_prices(by, workspace.slug, _person(by, workspace.people[SELLER]))
            load_templates(by, workspace.slug, owner_id)
            load_mails(by, workspace.slug, rep_id, settings)
            load_quotes(by, workspace.slug, owner_id, [owner_id, manager_id, rep_id])
            load_orders(by, owner_id, [owner_id, manager_id, rep_id])
            load_contracts(by, workspace.slug, owner_id, [owner_id, manager_id, rep_id])
            load_money(by, workspace.slug, owner_id)
            load_collected(by, owner_id)
            load_history(by)
            count_anew(by)  # It writes past the door as well.
            load_insight(by)
            count_anew(by)  # The generators write past the door.


def fill_pool(by: Actor) -> None:
    """Let some prospects that nobody follows up any more wait in the pool, each returned by whoever
    owned it, a few days ago.
    """
    idle = by.now - IDLE
    left = select(Account).where(
        Account.lifecycle == "prospect",
        Account.next_step_at.is_(None),
        Account.created_at < idle,
        Account.last_activity_at < idle,
    )
    firms = by.session.scalars(left.order_by(Account.id).limit(POOLED))
    for number, firm in enumerate(firms.all()):
        owner = by.session.get_one(User, firm.owner_id)
        then = by.now - timedelta(days=2 + number)
        giver = actor_for(by.session, by.tenant, owner, then, via="web")
        if giver.may("account", "return"):
            reason = ("no_contact", "no_interest", "not_mine", "no_time")[number % 4]
            perform("account", "return", firm, by=giver, reason=reason)


@contextmanager
def owner_acting(engine: Engine, facts: TenantFacts, now: datetime) -> Iterator[Actor]:
    """The service acting in a workspace through the owner's login, in one transaction."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.info["tenant"] = facts
        session.connection().exec_driver_sql(f'SET LOCAL search_path TO "{facts.schema}", ext')
        yield service_actor(session, facts, now, via="command")


def _find(engine: Engine, slug: str) -> TenantFacts | None:
    living = select(Tenant).where(Tenant.slug == slug, Tenant.state != State.ERASED.value)
    with Session(engine) as session:
        tenant = session.scalars(living).one_or_none()
        return tenant.facts() if tenant else None


def _found(engine: Engine, workspace: DemoWorkspace, now: datetime) -> TenantFacts:
    owner = workspace.people[0]
    new = NewTenant(
        slug=workspace.slug,
        name=workspace.name,
        language=workspace.language,
        currency=workspace.currency,
        zone=workspace.zone,
        country=workspace.country,
        starter=workspace.starter,
        plan="business",
        modules=MODULES[workspace.slug],
        state=State.ACTIVE,
    )
    founder = Founder(email=owner.email, name=_name(owner), password=PASSWORD)
    return found_workspace(engine, new, founder, now=now)


def _person(by: Actor, person: DemoPerson) -> UUID:
    """The user of one of the workspace's people, made where there is none yet."""
    user = by.session.scalars(select(User).where(User.email == person.email)).one_or_none()
    if user is None:
        user = create_user(
            by,
            email=person.email,
            name=_name(person),
            role=role_by_key(by.session, person.role),
            team=_team(by, person.team),
            password=PASSWORD,
        )
    user.phone, user.phone_confirmed_at = person.phone, by.now
    return user.id


def _team(by: Actor, name: str) -> Team | None:
    """The team of this name below the workspace's first team; without a name, that one itself."""
    first = by.session.scalars(select(Team).where(Team.parent_id.is_(None))).first()
    if not name:
        return first
    known = by.session.scalars(select(Team).where(Team.name == name)).one_or_none()
    return known or create_team(by, name=name, parent=first)


def _name(person: DemoPerson) -> str:
    return display_name(person.first_name, person.last_name)


def _ensure_operator(engine: Engine, now: datetime) -> None:
    with Session(engine) as session, session.begin():
        if session.scalar(select(Operator.id).where(Operator.email == OPERATOR)) is None:
            create_operator(
                session, email=OPERATOR, name="Zuke operator", password=PASSWORD, now=now
            )
