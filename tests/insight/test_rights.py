"""Who learns what of customers: as far as they read what it is made of, and no further."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from app.identity.operations.roles import role_by_key, write_rights
from app.insight.operations.settings import save_settings
from app.kernel.actor import Reach
from app.kernel.language import using
from app.kernel.stamps import stamp
from app.modules import install_record_types
from app.records.lent import lent_field, lent_fields
from app.records.registry import registry
from tests.cast import Person, Workspace
from tests.insight.histories import crowd, reckoned
from tests.records.api.conftest import Programs, program
from tests.records.pages.conftest import statements

__all__ = ["program"]
install_record_types()
PAGES = ("/insight", "/insight/classes", "/insight/leaving")
POOL = "/accounts?owner_id__isnull=true"


@pytest.fixture(autouse=True)
def _customers(acme: Workspace, alice: Person) -> None:
    """Customers of a run; one of them waits in the pool."""
    with acme.acting(alice) as by:
        crowd(by, 35)[0].owner_id = None
        reckoned(by)


def let_bob(acme: Workspace, reaches: Mapping[str, Reach], **verbs: Reach) -> None:
    """Give sales reps these rights and no other: to read so far, and verbs on accounts."""
    with acme.acting() as by:
        grants = {(kind, "read"): reach for kind, reach in reaches.items()}
        grants |= {("account", verb): reach for verb, reach in verbs.items()}
        write_rights(by, role_by_key(by.session, "sales_rep"), grants, {})


def statuses(person: Person) -> tuple[int, ...]:
    """What the pages answer somebody."""
    return tuple(person.client.get(url).status_code for url in PAGES)


def test_before_a_claim_the_pool_tells_nothing_of_what_a_customer_is_worth(
    acme: Workspace, bob: Person, alice: Person
) -> None:
    reads = dict.fromkeys(("account", "order", "opportunity"), Reach.TEAM)
    let_bob(acme, {**reads, "insight": Reach.ALL}, see_pool=Reach.ALL, claim=Reach.ALL)
    assert "Crowd 000" in bob.client.get(POOL).text
    for asked in ("value_class=gold", "value_class__ne=gold", "value_segment=new"):
        assert bob.client.get(f"{POOL}&{asked}").status_code == 422
        assert bob.client.get(f"/accounts?{asked}").status_code == 200
        assert alice.client.get(f"{POOL}&{asked}").status_code == 200, "she reads all of them"


def test_who_reads_no_orders_learns_nothing_of_purchases(acme: Workspace, bob: Person) -> None:
    let_bob(acme, {"account": Reach.ALL, "insight": Reach.ALL})
    assert statuses(bob) == (403, 403, 403)
    assert bob.client.get("/accounts?value_segment=new").status_code == 422


def test_a_token_for_accounts_and_insight_reads_no_sums_of_orders(
    program: Programs, alice: Person
) -> None:
    narrow = program(alice, "insight:read", "account:read")
    assert narrow.get("insight/customers").status_code == 403
    whole = program(alice, "insight:read", "account:read", "order:read", "opportunity:read")
    assert whole.get("insight/customers").status_code == 200


def test_values_are_not_told_to_who_reads_open_sales_less_far_than_customers(
    acme: Workspace, bob: Person
) -> None:
    reads = dict.fromkeys(("account", "order", "insight"), Reach.ALL)
    let_bob(acme, {**reads, "opportunity": Reach.TEAM})
    assert statuses(bob) == (403, 200, 200)
    assert bob.client.get("/accounts?value_quadrant=risk").status_code == 422
    let_bob(acme, {**reads, "opportunity": Reach.ALL})
    assert statuses(bob) == (200, 200, 200)


def test_what_is_lent_is_asked_for_once_until_the_run_or_a_name_changes(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lent_fields(registry().type("account"), by)
    with acme.acting(alice) as by, using("en"), statements() as asked:
        stamp(by.session, "insight")
        asked.clear()
        for _time in range(7):
            quadrant = lent_field(registry().type("account"), "value_quadrant", by)
            assert quadrant is not None
        assert asked == []
        names = {"strategic": {"name": {"en": "Allies"}}}
        save_settings(by, {"names": names})
        quadrant = lent_field(registry().type("account"), "value_quadrant", by)
        assert quadrant is not None
        assert any("Allies" in str(one.label) for one in quadrant.options)
