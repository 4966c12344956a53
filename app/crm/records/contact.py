"""What a contact is, for list, form, page, search, API and roles."""

from __future__ import annotations

from app.crm.models import Contact
from app.crm.operations.firm_names import contact_changed
from app.crm.operations.keys import gather_contacts, prepare_contact
from app.crm.operations.regrouped import contact_regrouped
from app.crm.pages.composer import composer, follow_up
from app.crm.pages.plans import plans_of
from app.crm.pages.promises import promises_to
from app.crm.panels import account_of_contact
from app.crm.records.contacted import noted_as_follow_up
from app.crm.records.languages import LANGUAGES
from app.crm.records.plans import PLAN_ACTIONS
from app.crm.records.steps import step_fields
from app.documents.pages.papers import papers_panel
from app.kernel.language import _, plural
from app.records.duplicates.facts import Sign
from app.records.exports.facts import Card
from app.records.fields import Field
from app.records.lenses.facts import Calendar
from app.records.types import Child, Panel, RecordType, Words

contact = RecordType(
    key="contact",
    collection="contacts",
    module="crm",
    model=Contact,
    icon="users",
    words=Words(
        one=_("Contact"),
        many=_("Contacts"),
        new=_("New contact"),
        count=plural("%(n)s contact", "%(n)s contacts"),
        search=_("Name, account, phone or e-mail"),
        empty=_("The people you talk to appear here."),
    ),
    title=Contact.name,
    subtitle=(Contact.title, Contact.account_id),
    fields=(
        Field(Contact.name, _("Full name"), readonly=True, sort=Contact.name_sort, personal=True),
        Field(Contact.last_name, _("Last name"), sort=Contact.last_name_sort, personal=True),
        Field(Contact.first_name, _("First name"), sort=Contact.first_name_sort, personal=True),
        Field(Contact.title, _("Job title"), sort=Contact.title_sort),
        Field(Contact.account_id, _("Account"), to="account"),
        Field(Contact.phone, _("Phone"), sort=Contact.phone, personal=True),
        Field(Contact.email, _("E-mail"), sort=Contact.email, personal=True),
        Field(Contact.wechat, _("WeChat"), sort=Contact.wechat, personal=True),
        Field(
            Contact.language,
            _("Language"),
            options=LANGUAGES,
            help=_("Of documents and mails; empty means that of the account"),
        ),
        Field(Contact.owner_id, _("Owner"), to="user"),
        Field(Contact.tags, _("Tags")),
        *step_fields(Contact),
        Field(Contact.created_at, _("Created"), readonly=True),
        Field(Contact.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Contact.name,
        Contact.account_id,
        Contact.title,
        Contact.phone,
        Contact.email,
        Contact.owner_id,
        Contact.last_activity_at,
        Contact.next_step,
    ),
    form=(
        Contact.last_name,
        Contact.first_name,
        Contact.account_id,
        Contact.title,
        Contact.phone,
        Contact.email,
        Contact.tags,
    ),
    more=(Contact.wechat, Contact.language, Contact.owner_id),
    search=(
        Contact.name,
        Contact.last_name,
        Contact.first_name,
        Contact.email,
        Contact.title,
        Contact.wechat,
        Contact.phone,
    ),
    search_other=Contact.account_id,
    signs=(
        Sign("email", (Contact.email,)),
        Sign("phone", (Contact.phone,), named=(Contact.last_name, Contact.first_name)),
        Sign(
            "person",
            (Contact.last_name, Contact.first_name),
            beside=Contact.account_id,
            against=(Contact.email, Contact.phone),
        ),
    ),
    default_sort="-last_activity_at",
    account=Contact.account_id,
    attention=Contact.next_step_at,
    calendar=Calendar(dates=(Contact.next_step_at,)),
    card=Card(
        name=Contact.name,
        family=Contact.last_name,
        given=Contact.first_name,
        job=Contact.title,
        firm=Contact.account_id,
        phones=(Contact.phone,),
        emails=(Contact.email,),
        messengers=(Contact.wechat,),
    ),
    children=(Child("activity", "contact_id"),),
    actions=PLAN_ACTIONS,
    panels=(
        Panel("crm/_composer.html", composer, side="middle"),
        Panel("crm/_follow_up.html", follow_up, side="peek"),
        Panel("crm/_promises_panel.html", promises_to),
        Panel("crm/_plans_panel.html", plans_of),
        Panel("crm/_account_panel.html", account_of_contact),
        Panel("documents/_papers_panel.html", papers_panel),
    ),
    is_person=True,
    noted=noted_as_follow_up("contact_id", Contact.last_activity_at, Contact.next_step_at),
    prepare=prepare_contact,
    gather=gather_contacts,
    changed=contact_changed,
    regrouped=contact_regrouped,
)
