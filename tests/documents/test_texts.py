"""Texts that a firm writes once: filled in for a record as its reader may see it, and kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.crm import mail_texts
from app.documents.texts import operations
from app.documents.texts.models import Purpose, TextTemplate, TextVersion
from app.documents.texts.offered import offered
from app.documents.texts.operations import Wish, save_template
from app.documents.texts.render import Gap, Why, render
from app.events.models import Event
from app.identity.operations.roles import role_by_key, set_rights
from app.identity.rights import read_rights
from app.kernel.actor import Actor, FieldAccess
from app.kernel.errors import Conflict, Missing, NotPermitted, Refused
from app.kernel.language import using
from app.records.tailored import tailored
from tests.cast import Person, Workspace
from tests.factories import make_account, make_contact, make_product


def mail(body: str, subject: str = "Hello", kind: str = "contact") -> Wish:
    """A mail in English."""
    return Wish("Greeting", kind, Purpose.MAIL, {"en": subject}, {"en": body})


def filled(by: Actor, body: str, kind: str, record: object, language: str = "en") -> str:
    """What a text says of a record."""
    template = save_template(by, None, mail(body, kind=kind))
    return render(template, record, language, by).body  # type: ignore[arg-type]


def hide(acme: Workspace, role_key: str, kind: str, field: str) -> None:
    """Let a role see nothing of a field."""
    with acme.scope() as session:
        role = role_by_key(session, role_key)
        grants = read_rights(session, role).grants
        set_rights(acme.actor(), role, grants=grants, fields={(kind, field): FieldAccess.HIDDEN})


def test_a_template_is_filled_in_with_fields_of_the_record_its_firm_and_the_sender(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Fence & Sons", city="Leeds")
        person = make_contact(by, title="Buyer", account_id=str(firm.id))
        body = (
            "Dear {{ contact.first_name }}, {{ contact.title }} at {{ contact.account.name }}"
            " in {{ contact.account.city }}: {{ contact.owner.name }}. {{ me.email }}, {{ firm }}"
        )
        wish = mail(body, "For {{ contact.account }}")
        found = render(save_template(by, None, wish), person, "en", by)
    assert found.subject == "For Fence & Sons"
    assert found.body == (
        "Dear Frank, Buyer at Fence & Sons in Leeds: Alice Archer. alice@acme.example, Acme Ltd"
    )
    assert found.missing == ()


def test_values_are_written_in_the_language_of_the_text_not_of_whoever_sends_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by, using("zh-CN"):
        drill = make_product(by, {"en": "Drill", "zh-CN": "电钻"}, list_price="1234.5")
        wish = Wish(
            "价格",
            "product",
            Purpose.TEXT,
            {},
            {"en": "{{ product.name }} {{ product.list_price }}", "zh-CN": "{{ product.name }}"},
        )
        template = save_template(by, None, wish)
        english = render(template, drill, "en", by)
        chinese = render(template, drill, "zh-TW", by)
    assert (english.body, english.language) == ("Drill £1,234.50", "en")
    assert (chinese.body, chinese.language) == ("电钻", "zh-CN")


def test_a_mail_is_filled_in_in_the_language_of_the_customer_not_of_whoever_writes_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        both = {"en": "Hello {{ contact.first_name }}", "zh-CN": "{{ contact.first_name }}您好"}
        template_id = save_template(by, None, Wish("Hi", "contact", Purpose.MAIL, both, both)).id
        people = [
            make_contact(by, account_id=str(make_account(by, spoken, language=spoken).id))
            for spoken in ("en", "zh-CN")
        ]
        for language in ("zh-CN", "en"):
            writer = replace(by, language=language)
            told = [mail_texts.fill(template_id, one, writer).body for one in people]
            assert told == ["Hello Frank", "Frank您好"]


def test_a_language_without_a_text_falls_back_and_its_values_with_it(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        person = make_contact(by, phone="020 7946 0301")
        template = save_template(by, None, mail("{{ today | date: '%B' }}"))
        found = render(template, person, "zh-CN", by)
        month = by.today().strftime("%B")
    assert (found.body, found.language) == (month, "en")


def test_numbers_are_compared_and_reckoned_with_as_numbers(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        drill = make_product(by, list_price="1200")
        text = (
            "{% if product.list_price > 1000 %}dear{% else %}cheap{% endif %} "
            "{{ product.list_price | times: 0.9 | round }} "
            "{% if product.description %}told{% endif %}"
        )
        assert filled(by, text, "product", drill) == "dear 1,080 "


def test_a_hidden_field_stays_empty_and_is_named(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    hide(acme, "sales_rep", "contact", "phone")
    with acme.acting(alice) as by:
        template = save_template(by, None, mail("Call {{ contact.phone }}!"))
    with acme.acting(bob) as by:
        person = make_contact(by)
        person.phone = "+442079460301"
        by.session.flush()
        found = render(template, person, "en", by)
    assert found.body == "Call !"
    assert found.missing == (Gap("contact.phone", Why.HIDDEN),)
    assert "contact.phone" in str(found.missing[0].text)


def test_a_record_beyond_a_reference_is_read_with_the_reader_s_own_reach(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "Secret Ltd", city="Leedsmark")
        template = save_template(
            by, None, mail("{{ contact.account.name }} {{ contact.account.city }}")
        )
        firm_id = firm.id
    with acme.acting(bob) as by:
        person = make_contact(by)
        person.account_id = firm_id
        by.session.flush()
        found = render(template, person, "en", by)
    assert found.body.strip() == ""
    assert Gap("contact.account", Why.HIDDEN) in found.missing


def test_what_is_empty_is_named_and_what_has_a_default_is_not(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        person = make_contact(by)
        text = "{{ contact.title }}{{ contact.phone | default: 'no phone' }}"
        template = save_template(by, None, mail(text))
        found = render(template, person, "en", by)
    assert found.body == "no phone"
    assert found.missing == (Gap("contact.title", Why.EMPTY),)


def test_plain_text_keeps_its_letters_and_html_has_them_escaped(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "<b>Fence</b> & Sons")
        template = save_template(by, None, mail("<p>{{ account.name }}</p>", kind="account"))
        assert render(template, firm, "en", by).body == "<p><b>Fence</b> & Sons</p>"
        html = render(template, firm, "en", by, is_html=True).body
    assert html == "<p>&lt;b&gt;Fence&lt;/b&gt; &amp; Sons</p>"


def test_what_a_record_holds_is_never_a_template_itself(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, "{{ firm.name }}{% if true %}x{% endif %}")
        assert filled(by, "{{ account.name }}", "account", firm) == firm.name


def test_a_subject_is_one_line_whatever_stands_in_it(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, address="1 High Street")
        wish = mail("x", "To\n{{ account.address }}\n\nBcc: all@world.example", kind="account")
        found = render(save_template(by, None, wish), firm, "en", by)
    assert found.subject == "To 1 High Street Bcc: all@world.example"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("a\nb {{ contact.nose }}", "Line 2: There is no “contact.nose”."),
        ("{{ account.name }}", "Line 1: There is no “account.name”."),
        ("{{ contact.account.parent.name }}", "There is no “contact.account.parent.name”."),
        ("{{ contact.__class__ }}", "There is no “contact.__class__”."),
        ("{{ contact[me.name] }}", "There is no"),
        ("{% include '/etc/passwd' %}", "“include” is not known"),
        ("{{ contact.name | shout }}", "There is no filter called “shout”."),
        ("{{ contact.name", "Line 1: Something is begun here that is never ended."),
        ("{% if contact.name %}x", "Something is begun here that is never ended."),
        ("{{ 7*7 }}", "Line 1: This can't be read."),
        ("", "Write the text in one language at least."),
        ("x" * 20_001, "This is longer than 20000 characters."),
    ],
)
def test_a_text_that_can_t_be_filled_in_is_refused_with_its_line(
    acme: Workspace, alice: Person, body: str, told: str
) -> None:
    with acme.acting(alice) as by, pytest.raises(Refused) as refused:
        save_template(by, None, mail(body))
    (found,) = [text for field, text in refused.value.errors.items() if field.startswith("body")]
    assert told in str(found)


def test_a_mail_needs_a_subject_in_each_language_and_a_text_has_none(
    acme: Workspace, alice: Person
) -> None:
    texts = {"en": "Hello", "zh-CN": "你好"}
    with acme.acting(alice) as by:
        with pytest.raises(Refused) as refused:
            save_template(by, None, Wish("Hi", "contact", "mail", {"en": "Hi"}, texts))
        assert set(refused.value.errors) == {"subject.zh-CN"}
        kept = save_template(by, None, Wish("Hi", "contact", "text", {"en": "Hi"}, texts))
        assert kept.subject == {}


def test_each_change_is_kept_and_can_be_brought_back(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        template = save_template(by, None, mail("First"))
        save_template(by, template, mail("Second"))
        save_template(by, template, mail("Second"))  # Nothing new is no version.
        operations.restore_version(by, template, 1)
        found = operations.versions_of(by, template)
        assert [(one.number, one.body["en"]) for one in found] == [
            (3, "First"),
            (2, "Second"),
            (1, "First"),
        ]
        assert found[0].by_id == alice.user_id
        assert template.body == {"en": "First"}
        verbs = by.session.scalars(
            select(Event.verb).where(Event.record_id == template.id).order_by(Event.id)
        ).all()
    assert verbs == ["created", "updated", "updated"]


def test_of_two_who_change_a_template_the_second_is_told(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        template = save_template(by, None, mail("First"))
        save_template(by, template, mail("Second"), version=1)
        with pytest.raises(Conflict):
            save_template(by, template, mail("Third"), version=1)


def test_a_deleted_template_goes_with_its_versions_and_says_before_where_it_is_used(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        template = save_template(by, None, mail("First"))
        assert operations.used_by(template, by) == []
        operations.delete_template(by, template)
        assert by.session.scalars(select(TextTemplate)).all() == []
        assert by.session.scalars(select(TextVersion)).all() == []


def test_whoever_may_not_manage_templates_changes_none_but_can_use_them(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    with acme.acting(alice) as by:
        template_id = save_template(by, None, mail("Hello {{ contact.first_name }}")).id
    with acme.acting(bob) as by:
        assert [one.id for one in operations.templates_for("contact", by)] == [template_id]
        template = operations.get_template(by, template_id)
        assert render(template, make_contact(by), "en", by).body == "Hello Frank"
        with pytest.raises(NotPermitted):
            save_template(by, template, mail("Other"))
        with pytest.raises(NotPermitted):
            operations.delete_template(by, template)


def test_a_template_of_another_workspace_is_not_there(
    acme: Workspace, globex: Workspace, alice: Person, charlie: Person
) -> None:
    with acme.acting(alice) as by:
        template_id = save_template(by, None, mail("Hello")).id
    with globex.acting(charlie) as by, pytest.raises(Missing):
        operations.get_template(by, template_id)


def test_the_picker_offers_what_its_reader_sees_and_all_of_it_means_something(
    acme: Workspace, alice: Person, bob: Person
) -> None:
    hide(acme, "sales_rep", "contact", "phone")
    with acme.acting(bob) as by:
        paths = {one.path for group in offered(tailored("contact", by), by) for one in group.offers}
        assert {"contact.first_name", "contact.account.name", "me.name", "today"} <= paths
        assert "contact.phone" not in paths
    with acme.acting(alice) as by:
        for kind in ("account", "contact", "product", "activity"):
            every = [one.code for group in offered(tailored(kind, by), by) for one in group.offers]
            save_template(by, None, mail("\n".join(every), kind=kind))


def test_control_characters_of_a_template_are_left_out(acme: Workspace, alice: Person) -> None:
    with acme.acting(alice) as by:
        kept = save_template(by, None, mail("a\x00b\r\nc\ud800"))
        assert kept.body == {"en": "ab\nc"}


def test_a_term_stands_in_a_text_as_a_number_whose_unit_the_text_says(
    acme: Workspace, alice: Person
) -> None:
    with acme.acting(alice) as by:
        firm = make_account(by, payment_days=45)
        told = filled(by, "Within {{ account.payment_days }} days.", "account", firm)
    assert told == "Within 45 days."
