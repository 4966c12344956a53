"""What accounts, contacts and categories show of others, after a merge brought or took these."""

from __future__ import annotations

from app.crm.models import Account, Contact, ProductCategory
from app.crm.operations.circles import refuse_standing_circle
from app.crm.operations.firm_names import refresh_contacts
from app.crm.operations.named_after import refresh_every_named
from app.crm.operations.steps import refresh_steps
from app.kernel.actor import Actor
from app.kernel.language import _


def account_regrouped(account: Account, by: Actor) -> None:
    """Let people and sales be found by the firm's name; write its next step and activity anew."""
    refuse_standing_circle(account, by, _("An account can't stand below itself."))
    refresh_contacts(account.id, None, by)
    refresh_every_named(account.id, by)
    refresh_steps(by.session, [("account", account.id)])


def contact_regrouped(contact: Contact, by: Actor) -> None:
    """Write a person's next step and last activity anew."""
    refresh_steps(by.session, [("contact", contact.id)])


def category_regrouped(category: ProductCategory, by: Actor) -> None:
    """Refused when a category would stand below itself."""
    refuse_standing_circle(category, by, _("A category can't stand below itself."))
