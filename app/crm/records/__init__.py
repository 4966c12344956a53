"""The declarations of the customer base."""

from app.crm.records.account import account
from app.crm.records.activity import activity
from app.crm.records.contact import contact

RECORD_TYPES = (account, contact, activity)

__all__ = ["RECORD_TYPES", "account", "activity", "contact"]
