"""Each wall taken down by hand: a check that we rely on turns red, so the checks do check.

A mutant replaces one rule of ours by what a mistake would make of it. The check that stands beside
it is run as it is; it must fail.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import Connection, select, true

from app import request as edge
from app.identity import actors, limits, rights
from app.identity.models import ApiToken, User, UserSession
from app.identity.operations import two_factor
from app.identity.secret import digest
from app.jobs.claim import Claim, Claimer
from app.kernel.actor import Reach
from app.records import access, references
from app.web import links
from app.web.forgery import csrf
from app.web.visit import VisitInterface
from tenants import resolve, scope
from tenants.control import Job, Tenant
from tenants.facts import TenantFacts
from tests.attacks import test_escalation, test_hidden_fields, test_standing, test_surface
from tests.attacks.program import program
from tests.attacks.test_escalation import erin
from tests.attacks.test_hidden_fields import seen
from tests.attacks.test_standing import ids
from tests.cast import Workspace
from tests.identity import test_limits, test_signing_in, test_two_factor
from tests.isolation import test_identical_ids, test_routes
from tests.isolation.test_identical_ids import twins
from tests.isolation.test_routes import theirs
from tests.jobs import test_running
from tests.jobs.conftest import hire, queue
from tests.records.core import test_access

__all__ = ["erin", "hire", "ids", "program", "queue", "seen", "theirs", "twins"]

Fixture = Callable[[str], Any]
RED = (AssertionError, KeyError, TypeError, pytest.fail.Exception)


@dataclass(frozen=True)
class Mutant:
    """A mistake, and the check that notices it; `given` are arguments that are no fixtures."""

    sabotage: Callable[[pytest.MonkeyPatch, Fixture], None]
    check: Callable[..., None]
    given: Mapping[str, Any] = field(default_factory=dict)


def swap(patch: pytest.MonkeyPatch, original: object, other: object) -> None:
    """Put `other` wherever the application has imported `original`."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("app.", "tenants.")):
            for key, value in list(vars(module).items()):
                if value is original:
                    patch.setattr(module, key, other)


def swapping(original: object, other: object) -> Callable[[pytest.MonkeyPatch, Fixture], None]:
    return lambda patch, _fixture: swap(patch, original, other)


def always(name: str, value: bool) -> Callable[[pytest.MonkeyPatch, Fixture], None]:
    """A tenant whose state is never looked at."""
    return lambda patch, _fixture: patch.setattr(TenantFacts, name, property(lambda _facts: value))


def wears_another(patch: pytest.MonkeyPatch, fixture: Fixture) -> None:
    globex, wear = fixture("globex").facts, scope.wear

    def other(connection: Connection, _tenant: TenantFacts) -> None:
        wear(connection, globex)

    patch.setattr(scope, "wear", other)


def any_host_is_acme(patch: pytest.MonkeyPatch, fixture: Fixture) -> None:
    acme: Workspace = fixture("acme")
    patch.setattr(resolve, "_look_up", lambda _name, _settings: acme.facts)


def a_host_by_its_first_label(patch: pytest.MonkeyPatch, _fixture: Fixture) -> None:
    look_up = resolve._look_up

    def first_label(name: str, settings: Any) -> TenantFacts | None:
        return look_up(f"{name.partition('.')[0]}.{settings.service_host}", settings)

    patch.setattr(resolve, "_look_up", first_label)


def no_forgery_protection(patch: pytest.MonkeyPatch, _fixture: Fixture) -> None:
    patch.setattr(csrf, "protect", lambda: None)


def one_salt_for_all(patch: pytest.MonkeyPatch, _fixture: Fixture) -> None:
    base = VisitInterface.__mro__[1]
    patch.setattr(VisitInterface, "get_signing_serializer", base.get_signing_serializer)


def everybody_is_let_in(patch: pytest.MonkeyPatch, _fixture: Fixture) -> None:
    patch.setattr(edge, "_to_sign_in", lambda: None)


def a_session_without_end(session: Any, token: str, _now: Any) -> Any:
    row = session.execute(
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.digest == digest(token))
    ).one_or_none()
    return actors.SignedIn(row[0].id, row[0].last_seen_at, None, row[1]) if row else None


def a_token_of_anybody(session: Any, raw: str, _now: Any) -> Any:
    row = session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.digest == digest(raw))
    ).one_or_none()
    return actors.TokenUse(row[0], row[1], frozenset(row[0].scopes)) if row else None


def a_job_by_its_tenant_id_alone(patch: pytest.MonkeyPatch, _fixture: Fixture) -> None:
    claimed = Claimer._claimed

    def believing(self: Claimer, session: Any, job: Job) -> Claim:
        found = claimed(self, session, job)
        tenant = session.get(Tenant, job.tenant_id)
        return replace(found, is_forged=False, tenant=tenant.facts() if tenant else None)

    patch.setattr(Claimer, "_claimed", believing)


MUTANTS: dict[str, Mutant] = {
    "the scope wears another tenant": Mutant(
        wears_another, test_identical_ids.test_reading_by_id_gives_ones_own_row
    ),
    "every host is a workspace": Mutant(
        any_host_is_acme, test_routes.test_a_route_answers_at_no_unknown_host
    ),
    "a host counts by its first label": Mutant(
        a_host_by_its_first_label,
        test_routes.test_a_forged_host_reaches_nobody,
        {"host": "acme.zuke.test.evil.example"},
    ),
    "no forgery token is asked for": Mutant(
        no_forgery_protection, test_routes.test_a_forgery_token_of_another_visit_is_refused
    ),
    "visits of all workspaces have one salt": Mutant(
        one_salt_for_all,
        test_surface.test_a_visit_and_its_forgery_token_are_nothing_at_another_workspace,
    ),
    "nobody has to sign in": Mutant(
        everybody_is_let_in, test_routes.test_a_visitor_is_led_to_sign_in_and_changes_nothing
    ),
    "routes answer on every side": Mutant(
        swapping(edge._is_on_side, lambda _declared: True),
        test_routes.test_a_route_answers_only_on_its_own_side,
    ),
    "sessions have no end": Mutant(
        swapping(actors.find_signed_in, a_session_without_end),
        test_signing_in.test_a_session_ends_when_nobody_uses_it,
    ),
    "tokens outlive their user": Mutant(
        swapping(actors.find_token, a_token_of_anybody),
        test_escalation.test_who_is_disabled_is_gone_at_the_next_request,
    ),
    "attempts are not limited": Mutant(
        lambda patch, _fixture: patch.setattr(limits, "take", lambda _counters, _now: None),
        test_limits.test_after_ten_wrong_passwords_even_the_right_one_has_to_wait,
    ),
    "a code works as often as one likes": Mutant(
        swapping(two_factor._claim_step, lambda _by, _user, _step: True),
        test_two_factor.test_a_code_works_once,
    ),
    "anybody may grant anything": Mutant(
        swapping(rights.covers, lambda _holder, _wanted: True),
        test_escalation.test_an_admin_makes_no_owner,
    ),
    "a grant reaches every row": Mutant(
        swapping(access.permitted, lambda record_type, _by, _verb="read": access.live(record_type)),
        test_access.test_a_list_and_its_count_hold_only_what_may_be_read,
    ),
    "deleted rows are there": Mutant(
        swapping(access.live, lambda _record_type: true()),
        test_access.test_a_grant_reaches_own_team_or_all,
        {"verb": "read", "reach": Reach.OWN, "seen": {"Bob's"}},
    ),
    "references are not checked": Mutant(
        swapping(references.existing, lambda _to, found, _by: set(found)),
        test_escalation.test_a_foreign_reference_is_one_that_never_was,
    ),
    "hidden fields are shown": Mutant(
        swapping(access.sees, lambda _record_type, _key, _by: True),
        test_hidden_fields.test_every_page_stands_without_a_field_and_tells_nothing_of_it,
        {"kind": "account", "key": "city"},
    ),
    "a suspended workspace is open": Mutant(
        always("is_suspended", False),
        test_standing.test_a_suspended_workspace_says_so_in_the_reader_s_language,
    ),
    "a workspace past due takes changes": Mutant(
        always("is_read_only", False),
        test_standing.test_a_workspace_that_is_past_due_is_read_by_page_and_api,
    ),
    "one is led wherever an address says": Mutant(
        swapping(links.safe_path, lambda path, fallback="/": path or fallback),
        test_surface.test_no_argument_leads_to_another_host,
        {"target": "https://evil.example"},
    ),
    "a job runs where its row says": Mutant(
        a_job_by_its_tenant_id_alone, test_running.test_a_job_with_anothers_tenant_id_runs_nowhere
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wall_that_was_taken_down_is_missed(
    name: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    mutant = MUTANTS[name]
    fixture: Fixture = request.getfixturevalue
    wanted = [key for key in inspect.signature(mutant.check).parameters if key not in mutant.given]
    given = {key: fixture(key) for key in wanted}
    mutant.sabotage(monkeypatch, fixture)
    with pytest.raises(RED):
        mutant.check(**given, **mutant.given)
    monkeypatch.undo()
    resolve.forget()
