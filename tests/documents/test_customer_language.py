"""The language of a paper and of a mail: the customer's, else that of their account or the firm."""

from __future__ import annotations

import pytest

from app.crm import mail_texts
from app.documents.papers.language import customer_language
from app.documents.texts.models import Purpose
from app.documents.texts.operations import Wish, save_template
from app.kernel.actor import Actor
from app.kernel.errors import Refused
from app.records.access import fetch
from app.records.door import perform
from app.records.model import Record
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.documents.test_texts import hide
from tests.factories import make_account, make_contact


def spoken(by: Actor, kind: str, record: Record) -> str:
    return customer_language(tailored(kind, by), record, by)


def test_the_customer_s_language_decides_then_the_account_s_then_the_firm_s(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        chinese = make_account(by, "云杉", country="CN", language="zh-CN")
        silent = make_account(by, "Fence", country="CN")
        assert spoken(by, "account", chinese) == "zh-CN"
        assert spoken(by, "account", silent) == "en"  # Where a firm is says not what it reads.
        theirs = make_contact(by, account_id=str(chinese.id))
        own = make_contact(by, account_id=str(chinese.id), language="en")
        alone = make_contact(by)
        found = [spoken(by, "contact", one) for one in (theirs, own, alone)]
        assert found == ["zh-CN", "en", "en"]


def test_a_language_that_the_writer_may_not_see_decides_nothing(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(bob) as by:
        person_id = make_contact(
            by, account_id=str(make_account(by, "云杉", language="zh-CN").id)
        ).id
    hide(acme, "sales_rep", "account", "language")
    with acme.acting(bob) as by:
        contact = tailored("contact", by)
        assert customer_language(contact, fetch(contact, person_id, by), by) == "en"
    with acme.acting(alice) as by:
        contact = tailored("contact", by)
        assert customer_language(contact, fetch(contact, person_id, by), by) == "zh-CN"


def test_a_language_that_we_don_t_write_is_refused_beside_its_field(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by)
        with pytest.raises(Refused) as refused:
            perform("account", "update", firm, by=by, language="fr")
        assert set(refused.value.errors) == {"language"}


def test_a_writer_takes_a_template_in_another_language_than_the_customer_s(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        both = {"en": "Hello", "zh-CN": "您好"}
        template_id = save_template(by, None, Wish("Hi", "account", Purpose.MAIL, both, both)).id
        firm_id = make_account(by, "云杉", language="zh-CN").id
    url = f"/accounts/{firm_id}/mail"
    form = alice.client.get(url).text
    assert '<option value="zh-CN" selected>简体中文</option>' in form
    asked = f"{url}/templates/{template_id}"
    assert alice.client.get(asked).json["body"] == "您好"
    assert alice.client.get(f"{asked}?language=en").json["body"] == "Hello"
    assert alice.client.get(f"{asked}?language=fr").status_code == 422
    with acme.acting(alice) as by:
        account = tailored("account", by)
        firm = fetch(account, firm_id, by)
        with pytest.raises(Refused):
            mail_texts.fill(template_id, firm, by, "fr")
