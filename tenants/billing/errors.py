"""Why a payment, or a question about one, did not come about."""

from __future__ import annotations


class BillingError(Exception):
    """Something about plan or bill can't be done; `reason` is for the person, in Stripe's words."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class NotConfigured(BillingError):
    """Stripe's key is missing, so nobody can pay by it."""


class Unreachable(BillingError):
    """Stripe did not answer, or failed: nothing is known, so nothing may be changed."""


class Uncertain(Unreachable):
    """Stripe was asked for a change and did not answer: it may have been made, or not."""


class Declined(BillingError):
    """The card was not charged, and nothing was changed."""


class Unwilling(BillingError):
    """Stripe refuses what was asked."""


class ChangingNow(BillingError):
    """Somebody else changes what the firm rents at this moment; nothing was changed."""


class NoSubscription(BillingError):
    """The firm has none that this could be done with."""


class BillOpen(BillingError):
    """A bill is not paid yet: nothing is changed on top of what is owed."""


class ChangedSince(BillingError):
    """What the firm rents is not what the price was computed from; nothing was charged."""


class YearOnly(BillingError):
    """A bill is sent for a whole year alone."""


class BillDraft(BillingError):
    """Stripe has yet to make the bill out, so that it can't be taken back."""


class PaidMeanwhile(BillingError):
    """The bill that was to be taken back is paid, so what it was for stands."""


class AlreadySubscribed(BillingError):
    """The firm has a subscription already: a second one would be paid twice."""


class TransferAsked(BillingError):
    """A bank transfer is on its way, so that paying otherwise would pay twice."""


class PaidFurther(BillingError):
    """What was paid by bank transfer is worth more than what is chosen costs."""


class TransferGone(BillingError):
    """The transfer was booked or withdrawn before, or the firm is erased."""


class PlanGone(BillingError):
    """The plan that was asked for is no longer one of ours; `reason` is its key."""
