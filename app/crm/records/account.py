"""What an account is, for list, form, page, search, API and roles."""

from __future__ import annotations

from app.crm.models import Account
from app.crm.models.account import COLLECTIVE, CUSTOMER, PROSPECT
from app.crm.operations.firm_names import account_changed
from app.crm.operations.keys import prepare_account
from app.crm.operations.regrouped import account_regrouped
from app.crm.pages.composer import composer, follow_up
from app.crm.pages.plans import plans_of
from app.crm.pages.promises import promises_left_open, promises_to
from app.crm.panels import contacts_of_account
from app.crm.records.contacted import noted_as_follow_up
from app.crm.records.languages import LANGUAGES
from app.crm.records.plans import PLAN_ACTIONS
from app.crm.records.steps import step_fields
from app.documents.pages.papers import papers_panel
from app.kernel.language import _, plural
from app.records.duplicates.facts import Sign
from app.records.fields import DAYS, Field, Option
from app.records.lenses.facts import Board, Calendar
from app.records.numbers.facts import Numbered
from app.records.pool.actions import POOL_VIEW, pool_actions
from app.records.pool.facts import Pool
from app.records.types import Child, Panel, RecordType, Words

KINDS = (
    Option("organisation", _("Organisation")),
    Option("individual", _("Individual")),
    Option(COLLECTIVE, _("Unnamed buyers")),
)
CUSTOMER_KINDS = (
    Option("end_customer", _("End customer"), "blue"),
    Option("distributor", _("Distributor"), "violet"),
    Option("partner", _("Partner"), "teal"),
    Option("competitor", _("Competitor"), "grey"),
)
PAYERS = (
    Option("good", _("Pays on time"), "green"),
    Option("bad", _("Pays late"), "red"),
)
LIFECYCLES = (
    Option(PROSPECT, _("Prospect"), "blue"),
    Option(CUSTOMER, _("Customer"), "green"),
    Option("former", _("Former customer"), "amber"),
)

account = RecordType(
    key="account",
    collection="accounts",
    module="crm",
    model=Account,
    icon="building",
    words=Words(
        one=_("Account"),
        many=_("Accounts"),
        new=_("New account"),
        count=plural("%(n)s account", "%(n)s accounts"),
        search=_("Name, number, city, phone or e-mail"),
        empty=_("The firms and people you do business with appear here."),
    ),
    title=Account.name,
    subtitle=(Account.industry, Account.city),
    highlights=(Account.lifecycle, Account.customer_kind),
    fields=(
        Field(Account.name, _("Name"), required=True, sort=Account.name_sort),
        Field(Account.number, _("Account number"), sort=Account.number, is_unique=True),
        Field(Account.kind, _("Kind"), options=KINDS),
        Field(Account.customer_kind, _("Customer kind"), options=CUSTOMER_KINDS),
        Field(Account.lifecycle, _("Lifecycle"), options=LIFECYCLES),
        Field(Account.phone, _("Phone"), sort=Account.phone),
        Field(Account.email, _("E-mail"), sort=Account.email),
        Field(Account.website, _("Website"), sort=Account.website),
        Field(Account.industry, _("Industry"), picklist=True),
        Field(Account.size, _("Size"), picklist=True),
        Field(Account.source, _("Source"), picklist=True),
        Field(
            Account.business_id,
            _("Business ID"),
            help=_("Registration or tax number"),
            sort=Account.business_id,
        ),
        Field(
            Account.tax_profile,
            _("Invoice details"),
            help=_("Title, tax number, address and bank for invoices"),
        ),
        Field(
            Account.discount, _("Discount"), help=_("Off list prices, as agreed with this customer")
        ),
        Field(
            Account.payment_days,
            _("Payment term"),
            help=_("From the invoice to its payment"),
            adds_up=False,
            unit=DAYS,
        ),
        Field(
            Account.payment_record,
            _("Payment record"),
            options=PAYERS,
            help=_("How they paid so far; empty means that it is not known yet"),
        ),
        Field(Account.country, _("Country"), initial=lambda by: by.tenant.country),
        Field(
            Account.language,
            _("Language"),
            options=LANGUAGES,
            help=_("Of documents and mails; empty means that of the workspace"),
        ),
        Field(Account.province, _("State or region"), sort=Account.province_sort),
        Field(Account.city, _("City"), sort=Account.city_sort),
        Field(Account.district, _("District"), sort=Account.district_sort),
        Field(Account.address, _("Address"), sort=Account.address_sort),
        Field(Account.parent_id, _("Parent account"), to="account"),
        Field(Account.owner_id, _("Owner"), to="user"),
        Field(Account.tags, _("Tags")),
        *step_fields(Account),
        Field(Account.created_at, _("Created"), readonly=True),
        Field(Account.updated_at, _("Changed"), readonly=True),
    ),
    columns=(
        Account.name,
        Account.lifecycle,
        Account.customer_kind,
        Account.industry,
        Account.city,
        Account.owner_id,
        Account.last_activity_at,
        Account.next_step,
    ),
    form=(
        Account.name,
        Account.phone,
        Account.lifecycle,
        Account.customer_kind,
        Account.industry,
        Account.owner_id,
        Account.tags,
    ),
    more=(
        Account.number,
        Account.kind,
        Account.size,
        Account.source,
        Account.email,
        Account.website,
        Account.country,
        Account.language,
        Account.province,
        Account.city,
        Account.district,
        Account.address,
        Account.business_id,
        Account.tax_profile,
        Account.discount,
        Account.payment_days,
        Account.payment_record,
        Account.parent_id,
    ),
    numbered=Numbered(Account.number, "C-{number:05}", without_gaps=False),
    search=(
        Account.name,
        Account.number,
        Account.email,
        Account.website,
        Account.business_id,
        Account.city,
        Account.phone,
    ),
    signs=(
        Sign("number", (Account.business_id,)),
        Sign("email", (Account.email,)),
        Sign("phone", (Account.phone,)),
        Sign("firm", (Account.name,)),
    ),
    default_sort="-last_activity_at",
    account=Account.id,
    attention=Account.next_step_at,
    board=Board(
        columns=(Account.lifecycle, Account.customer_kind),
        facts=(Account.customer_kind,),
        stale_after={PROSPECT: 90},
    ),
    calendar=Calendar(dates=(Account.next_step_at,)),
    children=(Child("contact", "account_id"), Child("activity", "account_id")),
    pool=Pool(
        hidden=(
            Account.phone,
            Account.email,
            Account.website,
            Account.address,
            Account.business_id,
            Account.tax_profile,
        ),
        activity=Account.last_activity_at,
        warns=promises_left_open,
    ),
    views=(POOL_VIEW,),
    actions=(*pool_actions(Account.owner_id), *PLAN_ACTIONS),
    panels=(
        Panel("crm/_composer.html", composer, side="middle"),
        Panel("crm/_follow_up.html", follow_up, side="peek"),
        Panel("crm/_promises_panel.html", promises_to),
        Panel("crm/_plans_panel.html", plans_of),
        Panel("crm/_contacts_panel.html", contacts_of_account),
        Panel("documents/_papers_panel.html", papers_panel),
    ),
    noted=noted_as_follow_up("account_id", Account.last_activity_at, Account.next_step_at),
    prepare=prepare_account,
    changed=account_changed,
    regrouped=account_regrouped,
)
