"""How states, plans and the history of a tenancy read in the console."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.language import Text, _, current
from app.operator.tenancies import GRACE
from tenants.plans import Limit, plans

Said = tuple[Text, str]  # What it is called, and the tone of its pill.

STATES: Mapping[str, Said] = {
    "trial": (_("Trial"), "info"),
    "active": (_("Active"), "good"),
    "past_due": (_("Past due"), "warn"),
    "suspended": (_("Suspended"), "bad"),
}
# As the list tells them: whose bill is open has all its rights yet, and owes.
STANDINGS: Mapping[str, Said] = {
    "trial": STATES["trial"],
    "active": STATES["active"],
    GRACE: (_("In grace: a bill is open"), "warn"),
    "past_due": (_("Read-only: not paid"), "warn"),
    "suspended": STATES["suspended"],
}
# Of a subscription, by Stripe's names.
SUBSCRIPTIONS: Mapping[str, Said] = {
    "none": (_("None yet"), ""),
    "trialing": (_("Trial"), "info"),
    "active": (_("Paid"), "good"),
    "past_due": (_("A bill is open"), "warn"),
    "unpaid": (_("Not collected"), "bad"),
    "incomplete": (_("First bill open"), "warn"),
    "incomplete_expired": (_("Never paid"), ""),
    "canceled": (_("Ended"), ""),
}
# Of our bills, by Stripe's names.
BILLS: Mapping[str, Said] = {
    "open": (_("To pay"), "warn"),
    "paid": (_("Paid"), "good"),
    "void": (_("Void"), ""),
    "uncollectible": (_("Not collected"), "bad"),
}
VERBS: Mapping[str, Said] = {
    "created": (_("Workspace made"), "good"),
    "suspended": (_("Suspended"), "bad"),
    "resumed": (_("Resumed"), "good"),
    "trial_extended": (_("Trial extended"), "info"),
    "plan_changed": (_("Plan or limits changed"), "info"),
    "fell_due": (_("Past due"), "warn"),
    "paid": (_("Paid"), "good"),
    "marked_as_paid": (_("Bank transfer booked"), "good"),
    "transfer_dropped": (_("Bank transfer did not come"), "warn"),
    "transfer_lapsed": (_("Bank transfer waited for no longer"), "warn"),
    "change_lapsed": (_("Unpaid change of the plan withdrawn"), "warn"),
    "double_ended": (_("Paid twice: the second subscription was ended"), "warn"),
    "tax_invoice_issued": (_("Tax invoice issued"), "good"),
    "tax_invoice_refused": (_("Tax invoice refused"), ""),
    "bill_unpaid": (_("Read-only: not paid"), "warn"),
    "bill_suspended": (_("Suspended: not paid"), "bad"),
    "bill_settled": (_("Bill settled"), "good"),
    "trial_resumed": (_("In trial again"), "info"),
    "modules_switched_off": (_("Modules switched off that the plan lacks"), ""),
    "modules_left_off": (_("Modules that the firm had off and that the plan lacks"), ""),
    "modules_switched_on": (_("Modules switched on that the plan has again"), "good"),
    "subscribed": (_("Plan and seats"), "good"),
    "bill_failed": (_("A bill could not be collected"), "warn"),
    "bill_collected": (_("The bill was collected"), "good"),
    "cancel_planned": (_("Subscription is to end"), "warn"),
    "cancel_undone": (_("Subscription goes on"), "good"),
    "farewell_asked": (_("The firm asks to be erased"), "bad"),
    "farewell_taken_back": (_("The firm stays: erasure taken back"), "good"),
    "jobs_retried": (_("Failed jobs tried again"), ""),
    "erasure_ordered": (_("Erasure ordered"), "bad"),
    "erased": (_("Erased"), "bad"),
    "support_entered": (_("Support let in with the firm’s consent"), "warn"),
    "support_refused": (_("Support refused: wrong code"), "bad"),
    "support_ended": (_("Support ended"), ""),
}
LIMITS: Mapping[Limit, Text] = {
    Limit.SEATS: _("Users"),
    Limit.RECORDS: _("Records"),
    Limit.STORAGE: _("Bytes of files"),
    Limit.MAILS: _("E-mails a month"),
    Limit.CALLS: _("API calls a day"),
    Limit.JOBS: _("Jobs that wait"),
}
SORTS: Mapping[str, Text] = {
    "slug": _("By address"),
    "created": _("Newest first"),
    "active": _("Used last"),
    "users": _("Most users"),
    "records": _("Most records"),
    "size": _("Largest"),
}
JOB_STATES: Mapping[str, Said] = {
    "dead": (_("Failed"), "bad"),
    "ready": (_("Waiting"), "info"),
    "running": (_("Running"), "info"),
    "done": (_("Done"), "good"),
}


_OTHER = _("Changed")


def plan_name(key: str) -> str:
    """A plan as the reader's language calls it; one that is sold no more by its key."""
    found = next((one for one in plans() if one.key == key), None)
    return found.text(found.name, current()) if found is not None else key


def said(verb: str) -> Said:
    """A line of the history; a newer release may have noted what this one knows no words for."""
    return VERBS.get(verb, (_OTHER, ""))
