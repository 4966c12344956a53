"""Making the workspaces of those who sign up: the owner's login does it, the web waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.founding.workspace import Founder, found_workspace
from app.front import signing_up
from app.front.finding import FIND, mail_found
from app.front.wishes import new_tenant
from app.identity import outside
from app.identity.models import User
from app.identity.operations.hints import add_hints, hint
from app.jobs.kinds import Service
from app.jobs.registry import service_job
from app.mail.service import send_service_mail
from tenants.control import SignUp
from tenants.database import control_session
from tenants.errors import SlugProblem, SlugRefused
from tenants.facts import TenantFacts

PATIENT = timedelta(minutes=1)  # Who waits longer has left the page, and hears by mail.
FAILED = "sign_up_failed"


# Somebody looks at a page meanwhile: what fails is told within half a minute, a worker that was
# lost is noticed within seconds, and the patience of hours is that of what comes after.
@service_job(
    signing_up.FOUND,
    owner=True,
    aftermath=FAILED,
    max_attempts=5,
    first_retry=2,
    longest_retry=8,
    lease_seconds=15,
    timeout=60,
)
def found_signed_up(service: Service, payload: Mapping[str, object]) -> None:
    """Make the workspace that somebody signed up for, once, whatever is tried again."""
    row_id = UUID(str(payload["sign_up"]))
    with control_session() as session:
        row = session.scalars(select(SignUp).where(SignUp.id == row_id)).first()
    if row is None or row.state != signing_up.WAITING:
        return
    try:
        _found(service, row)
    except SlugRefused as refusal:
        _refused(service, row, refusal.problem)


def _found(service: Service, row: SignUp) -> None:
    """The workspace, its owner, and that the sign-up is done: in one transaction."""
    if service.owner is None:
        raise RuntimeError("A workspace is made by the owner's login.")
    wishes = row.wishes
    founder = Founder(
        email=wishes["email"],
        name=wishes["name"],
        password_hash=wishes["password_hash"],
        has_signed_up=True,
    )

    def note(session: Session, facts: TenantFacts, owner: User) -> None:
        signing_up.note_founded(session, row.id, facts, owner.id, service.now)
        add_hints(session, facts, [hint(owner.email, outside.settings().secret_key)])

    found_workspace(
        service.owner, new_tenant(wishes), founder, now=service.now, via="signup", with_it=note
    )


def _refused(service: Service, row: SignUp, problem: SlugProblem) -> None:
    """Tell whoever waits that somebody else has the address, by mail where they are gone."""
    email, name, language = (row.wishes[key] for key in ("email", "name", "language"))
    base_url = service.settings.base_url
    if not signing_up.note_refused(row.id, problem, service.now):
        return  # Another worker has made the workspace meanwhile: that is who has the address.
    if service.now - row.created_at > PATIENT:
        with control_session() as session:
            send_service_mail(
                session,
                to=email,
                template="front/address_taken",
                values={"name": name, "slug": row.slug, "url": f"{base_url}/signup"},
                language=language,
            )


@service_job(FAILED)
def sign_up_failed(service: Service, payload: Mapping[str, object]) -> None:
    """Tell whoever waits that their workspace could not be made; by mail when it is given up."""
    wishes = signing_up.note_failed(UUID(str(payload["sign_up"])), service.now)
    if wishes is not None:
        base_url = service.settings.base_url
        with control_session() as session:
            send_service_mail(
                session,
                to=wishes["email"],
                template="front/given_up",
                values={
                    "name": wishes["name"],
                    "slug": wishes["slug"],
                    "url": f"{base_url}/signup",
                },
                language=wishes["language"],
            )


@service_job(FIND)
def find_workspaces(service: Service, payload: Mapping[str, object]) -> None:
    """Mail somebody the workspaces that know their address, if there are any."""
    mail_found(service, str(payload["email"]), str(payload["language"]))


@service_job("clear_sign_ups", every=timedelta(days=1))
def clear_sign_ups(service: Service, _payload: Mapping[str, object]) -> None:
    """Forget sign-ups that are a week old."""
    signing_up.clear_sign_ups(service.now)


JOBS = (found_signed_up, sign_up_failed, find_workspaces, clear_sign_ups)
