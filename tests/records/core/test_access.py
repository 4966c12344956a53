"""Access in SQL: who reaches which records, for each verb."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from app.crm.models import Account
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import Missing, NotPermitted, Refused
from app.records.access import can_read, fetch, may_do, permitted
from app.records.door import perform
from app.records.filters import Filter
from app.records.query import Query, count, page
from app.records.registry import registry
from app.records.trash import fetch_deleted
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact

VERBS = ("read", "update", "delete")


def reaching(by: Actor, reach: Reach | None, *verbs: str, kind: str = "account") -> Actor:
    grants = {} if reach is None else {(kind, verb): reach for verb in verbs}
    return replace(by, rights=Rights(grants=grants))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("reach", "seen"),
    [
        (None, set()),
        (Reach.OWN, {"Bob's"}),
        (Reach.TEAM, {"Bob's", "Dora's"}),
        (Reach.ALL, {"Bob's", "Dora's", "Alice's", "Nobody's"}),
    ],
)
def test_a_grant_reaches_own_team_or_all(
    acme: Workspace,
    alice: Person,
    bob: Person,
    dora: Person,
    verb: str,
    reach: Reach | None,
    seen: set[str],
) -> None:
    account = registry().type("account")
    with acme.acting() as by:
        for name, owner in (("Alice's", alice), ("Bob's", bob), ("Dora's", dora)):
            make_account(by, name, owner_id=owner.user_id)
        make_account(by, "Nobody's", owner_id=None)
        gone = make_account(by, "Gone", owner_id=bob.user_id)
        perform("account", "delete", gone, by=by)
    with acme.acting(bob) as by:
        team = replace(by, team_user_ids=(bob.user_id, dora.user_id))
        actor = reaching(team, reach, verb)
        found = by.session.scalars(select(Account).where(permitted(account, actor, verb))).all()
        assert {one.name for one in found} == seen
        everything = by.session.scalars(select(Account).where(Account.deleted_at.is_(None))).all()
        assert {one.name for one in everything if may_do(account, one, verb, actor)} == seen


def test_a_stranger_gets_missing_and_a_colleague_not_permitted(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        account_id = make_account(by).id
    with acme.acting(bob) as by:
        blind = reaching(by, Reach.OWN, *VERBS)
        with pytest.raises(Missing):
            fetch(account, account_id, blind, "update")
        seeing = replace(by, rights=Rights({("account", "read"): Reach.ALL}))
        with pytest.raises(NotPermitted):
            fetch(account, account_id, seeing, "update")
        assert can_read(account, account_id, seeing)
        for never in (UUID(int=1), None):
            with pytest.raises(Missing):
                fetch(account, never, seeing, "update")


def test_another_tenant_cannot_tell_that_a_record_exists(
    acme: Workspace, alice: Person, globex: Workspace, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        account_id = make_account(by).id
    with globex.acting(charlie) as by, pytest.raises(Missing):
        fetch(registry().type("account"), account_id, by)


def test_who_may_read_a_customer_may_read_what_was_written_there_but_not_change_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    activity = registry().type("activity")
    with acme.acting(alice) as by:
        bobs = make_account(by, "Bob's", owner_id=bob.user_id)
        hers = make_account(by, "Hers")
        person = make_contact(by, owner_id=bob.user_id)
        seen = {
            make_activity(by, account_id=bobs.id).id,
            make_activity(by, contact_id=person.id).id,
        }
        make_activity(by, account_id=hers.id)
        make_activity(by)
    with acme.acting(bob) as by:
        every = {
            (kind, verb): Reach.OWN
            for kind in ("account", "contact", "activity")
            for verb in (*VERBS, "complete")
        }
        own = replace(by, rights=Rights(every))
        found = by.session.scalars(select(activity.model.id).where(permitted(activity, own)))
        assert set(found) == seen
        for verb in ("update", "delete", "complete"):
            assert not by.session.scalars(
                select(activity.model.id).where(permitted(activity, own, verb))
            ).all()
        only_activities = reaching(by, Reach.OWN, *VERBS, kind="activity")
        assert not by.session.scalars(
            select(activity.model.id).where(permitted(activity, only_activities))
        ).all()


def test_a_token_reaches_no_further_than_its_scopes(acme: Workspace, alice: Person) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        one = make_account(by)
        narrow = replace(by, rights=by.rights.narrowed(frozenset({"account:read"})))
        assert fetch(account, one.id, narrow) is one
        with pytest.raises(NotPermitted):
            fetch(account, one.id, narrow, "update")
        with pytest.raises(NotPermitted):
            perform("account", "update", one, by=narrow, name="Other")


def test_a_hidden_field_can_neither_be_filtered_nor_sorted_by(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    account = registry().type("account")
    with acme.acting(bob) as by:
        hidden = {("account", key): FieldAccess.HIDDEN for key in ("city", "created_at")}
        blind = replace(by, rights=replace(by.rights, fields=hidden))
        for asked in (
            Query(filters=(Filter("city", "eq", "Leeds"),)),
            Query(filters=(Filter("city", "isnull", "true"),)),
            Query(sort="-created_at"),
        ):
            page(account, asked, by, ("name",))
            with pytest.raises(Refused):
                page(account, asked, blind, ("name",))


def test_a_deleted_record_is_found_only_by_who_could_read_it(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    account = registry().type("account")
    with acme.acting(alice) as by:
        one = make_account(by)
        assert fetch_deleted(account, one.id, by) is None
        perform("account", "delete", one, by=by)
        account_id = one.id
        assert fetch_deleted(account, account_id, by) is one
    with acme.acting(bob) as by:
        assert fetch_deleted(account, account_id, reaching(by, Reach.OWN, *VERBS)) is None
        seeing = reaching(by, Reach.ALL, "read", "delete")
        seeing = replace(
            seeing, rights=Rights({**seeing.rights.grants, ("account", "delete"): Reach.OWN})
        )
        found = fetch_deleted(account, account_id, seeing)
        assert found is not None
        with pytest.raises(NotPermitted):
            perform("account", "restore", found, by=seeing)


def test_a_list_and_its_count_hold_only_what_may_be_read(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    account = registry().type("account")
    with acme.acting() as by:
        make_account(by, "Hers", owner_id=alice.user_id)
        make_account(by, "His", owner_id=bob.user_id)
    with acme.acting(bob) as by:
        own = reaching(by, Reach.OWN, "read")
        for asked in (
            Query(),
            Query(q="h"),
            Query(filters=(Filter("owner_id", "ne", "me"),)),
            Query(filters=(Filter("name", "isnull", "false"),)),
        ):
            seen = {row.name for row in page(account, asked, own, ("name",)).rows}
            assert seen <= {"His"}
            assert count(account, asked, own) == len(seen)
            blind = reaching(by, None)
            assert (count(account, asked, blind), page(account, asked, blind, ()).rows) == (0, [])
