"""Leads: what they are called, what becomes of them, and who may say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.crm.models import Account, Activity, Contact
from app.kernel.actor import Actor, FieldAccess, Reach, Rights
from app.kernel.errors import Missing, NotPermitted, Refused
from app.modules import install_record_types
from app.records.bulk.verbs import offered
from app.records.door import perform
from app.records.registry import registry
from app.records.tailored import tailored
from app.sales.models import Lead, Opportunity
from app.sales.operations.joining import NEW
from app.sales.pages.conversion import convert_form
from tests.cast import Person, Workspace
from tests.factories import make_account, make_activity, make_contact

install_record_types()


ALL_OF_IT = ("read", "create", "update", "convert")


def make_lead(by: Actor, **given: Any) -> Lead:
    known = {"last_name": "Fence", "first_name": "Frank", "company": "Fence & Sons"}
    made: Lead = perform("lead", "create", by=by, **{**known, **given})  # type: ignore[assignment]
    return made


def convert(lead: Lead, by: Actor, **given: Any) -> tuple[Account, Contact | None]:
    perform("lead", "convert", lead, by=by, **given)
    account = by.session.get_one(Account, lead.account_id)
    contact = by.session.get(Contact, lead.contact_id) if lead.contact_id else None
    return account, contact


def with_rights(by: Actor, grants: Mapping[tuple[str, str], Reach]) -> Actor:
    return replace(by, rights=Rights(grants=dict(grants)))


def test_a_lead_is_called_by_its_person_and_without_one_by_its_firm(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        assert make_lead(by).name == "Frank Fence"
        assert make_lead(by, last_name="王", first_name="小明").name == "王小明"
        assert make_lead(by, last_name="", first_name="").name == "Fence & Sons"
        with pytest.raises(Refused) as refused:
            make_lead(by, last_name="", first_name="", company="")
        assert set(refused.value.errors) == {"last_name", "company"}


def test_a_converted_lead_is_an_account_and_a_person_who_know_what_it_said(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(
            by, email="frank@fence.example", phone="+442079460018", city="York", title="Owner"
        )
        account, contact = convert(lead, by)
        assert contact is not None
        assert (account.name, account.city, account.kind) == (
            "Fence & Sons",
            "York",
            "organisation",
        )
        assert (contact.name, contact.title, contact.account_id) == (
            "Frank Fence",
            "Owner",
            account.id,
        )
        assert (contact.email, contact.phone) == ("frank@fence.example", "+442079460018")
        assert (lead.status, lead.converted_at) == ("converted", by.now)


def test_a_person_without_a_firm_becomes_a_customer_of_their_own(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account, contact = convert(make_lead(by, company="", email="f@fence.example"), by)
        assert (account.kind, account.name) == ("individual", "Frank Fence")
        assert account.email == "f@fence.example"
        assert contact is not None
        assert contact.account_id == account.id


def test_a_firm_without_a_person_becomes_an_account_alone(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(by, last_name="", first_name="", phone="+442079460018")
        account, contact = convert(lead, by)
        assert (account.phone, contact, lead.contact_id) == ("+442079460018", None, None)


def test_a_lead_joins_what_stands_and_gives_it_only_what_it_lacks(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "Fence Ltd", city="Leeds")
        person = make_contact(
            by, account_id=str(account.id), email="frank@fence.example", title="Chair"
        )
        lead = make_lead(by, city="York", website="https://fence.example", title="Owner")
        joined, contact = convert(lead, by, contact_id=str(person.id))
        assert (joined.id, contact) == (account.id, person)
        assert (joined.name, joined.city) == ("Fence Ltd", "Leeds")
        assert joined.website == "https://fence.example"
        assert person.title == "Chair"
        assert by.session.scalar(select(Account.id).where(Account.name == "Fence & Sons")) is None


def test_what_was_done_with_a_lead_stands_on_the_customer_that_it_became(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(by)
        make_activity(
            by, "call", body="They need forty fences.", about_type="lead", about_id=lead.id
        )
        make_activity(
            by,
            "task",
            subject="Send the catalogue",
            due_at="2031-05-05T09:00:00Z",
            about_type="lead",
            about_id=lead.id,
        )
        by.session.refresh(lead)
        assert lead.next_step == "Send the catalogue"
        account, contact = convert(lead, by)
        assert contact is not None
        by.session.expire_all()
        assert account.next_step == contact.next_step == "Send the catalogue"
        assert account.last_activity_at is not None
        both = select(Activity.id).where(
            Activity.account_id == account.id, Activity.contact_id == contact.id
        )
        assert len(by.session.scalars(both).all()) == 2


def test_a_lead_becomes_an_opportunity_too_and_nothing_is_typed_again(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(by, need="Forty green fences.")
        account, contact = convert(
            lead, by, opportunity=NEW, amount="1200", close_on="2031-05-05", opportunity_name=""
        )
        made = by.session.get_one(Opportunity, lead.opportunity_id)
        assert contact is not None
        assert (made.account_id, made.contact_id) == (account.id, contact.id)
        assert (made.name, made.need) == ("Fence & Sons", "Forty green fences.")
        assert (made.amount, made.owner_id) == (1200, by.user_id)


def test_a_lead_is_converted_without_an_opportunity_where_none_is_wanted(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(by)
        convert(lead, by, opportunity="none")
        assert lead.opportunity_id is None
        with pytest.raises(Refused) as refused:
            convert(make_lead(by), by, amount="1200")
        assert "opportunity" in refused.value.errors


def test_an_opportunity_that_cannot_be_made_leaves_the_lead_as_it_was(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(by)
        with pytest.raises(Refused) as refused, by.session.begin_nested():
            convert(lead, by, opportunity=NEW, amount="a lot")
        assert "amount" in refused.value.errors
        by.session.refresh(lead)
        assert lead.status == "new"


def test_nobody_converts_a_lead_twice(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(by)
        convert(lead, by)
        with pytest.raises(Refused):
            convert(lead, by)
        with pytest.raises(Refused):
            perform("lead", "disqualify", lead, by=by, reason="no_need")


def test_a_state_that_follows_from_something_else_is_not_typed_in(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(by)
        with pytest.raises(Refused) as refused:
            perform("lead", "update", lead, by=by, status="converted")
        assert "status" in refused.value.errors
        by.session.rollback()
    with acme.acting(alice) as by:
        lead = make_lead(by)
        with pytest.raises(Refused) as refused:
            perform("lead", "update", lead, by=by, status="disqualified", disqualify_reason="other")
        assert "status" in refused.value.errors


def test_a_lead_that_is_gone_on_with_has_the_state_that_it_had(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        lead = make_lead(by, status="nurturing")
        perform("lead", "disqualify", lead, by=by, reason="no_need")
        assert (lead.status, lead.disqualify_reason) == ("disqualified", "no_need")
        perform("lead", "reopen", lead, by=by)
        assert (lead.status, lead.disqualify_reason) == ("nurturing", None)


def test_a_contact_of_another_account_is_not_taken_along_into_this_one(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        old, new = make_account(by, "Old Ltd"), make_account(by, "New Ltd")
        person = make_contact(by, account_id=str(old.id))
        lead = make_lead(by)
        for account in (str(new.id), "new"):
            with pytest.raises(Refused) as refused, by.session.begin_nested():
                convert(lead, by, account_id=account, contact_id=str(person.id))
            assert "contact_id" in refused.value.errors
            by.session.refresh(lead)


def test_what_a_role_may_not_read_of_a_lead_is_not_told_by_what_it_becomes(
    acme: Workspace, alice: Person
) -> None:
    hidden = {("lead", "phone"): FieldAccess.HIDDEN}
    verbs = [(kind, verb) for kind in ("lead", "account", "contact") for verb in ALL_OF_IT]
    with acme.acting(alice) as by:
        lead = make_lead(by, phone="+442079460018")
        rights = Rights(grants=dict.fromkeys(verbs, Reach.ALL), fields=hidden)
        _account, contact = convert(lead, replace(by, rights=rights))
        assert contact is not None
        assert contact.phone is None


def test_many_leads_are_not_converted_at_one_press(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        names = [one.name for one in offered(tailored("lead", by), by)]
        assert "disqualify" in names
        assert "convert" not in names


def test_who_may_not_make_customers_joins_a_lead_to_one_or_leaves_it(
    acme: Workspace, alice: Person
) -> None:
    mine = {("lead", verb): Reach.ALL for verb in ("read", "update", "convert")}
    reads = {("account", "read"): Reach.ALL, ("contact", "read"): Reach.ALL}
    with acme.acting(alice) as by:
        lead = make_lead(by, last_name="", first_name="")
        account = make_account(by, "Fence Ltd")
        few = with_rights(by, {**mine, **reads})
        with pytest.raises(NotPermitted) as refused, by.session.begin_nested():
            convert(lead, few)
        assert "account_id" in refused.value.errors
        by.session.refresh(lead)
        assert convert(lead, few, account_id=str(account.id))[0].id == account.id


def test_a_lead_joins_nothing_that_whoever_converts_it_may_not_see(
    acme: Workspace, alice: Person
) -> None:
    mine = {("lead", verb): Reach.ALL for verb in ("read", "update", "convert")}
    with acme.acting(alice) as by:
        lead = make_lead(by)
        hidden = make_account(by, "Secret Ltd", owner_id=None)
        few = with_rights(by, {**mine, ("account", "read"): Reach.OWN})
        for named in (str(hidden.id), "nonsense", "00000000-0000-0000-0000-000000000000"):
            with pytest.raises(Refused) as refused, by.session.begin_nested():
                convert(lead, few, account_id=named)
            assert str(refused.value.errors["account_id"]) == "There is no such record."
            by.session.refresh(lead)


def test_the_form_proposes_whom_the_lead_may_be(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        account = make_account(by, "Fence & Sons Ltd")
        person = make_contact(by, account_id=str(account.id), email="frank@fence.example")
        lead = make_lead(by, email="frank@fence.example")
        form = convert_form(lead, by, url="/leads/1/convert", next_url="")
        assert form.account.chosen == str(account.id)
        assert form.contact is not None
        assert form.contact.chosen == str(person.id)
        stranger = make_lead(by, last_name="Gate", first_name="Gil", company="Gates", email="")
        form = convert_form(stranger, by, url="/leads/2/convert", next_url="")
        assert form.contact is not None
        assert (form.account.chosen, form.contact.chosen) == (NEW, NEW)


def test_without_its_module_there_are_no_leads(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        without = replace(by, tenant=replace(by.tenant, modules=()))
        with pytest.raises(Missing):
            perform("lead", "create", by=without, company="Fence & Sons")
        with pytest.raises(Missing):
            registry().collection("leads", without.tenant)
