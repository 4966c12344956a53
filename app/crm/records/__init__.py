"""The declarations of the customer base."""

from app.crm.records.account import account
from app.crm.records.activity import activity
from app.crm.records.contact import contact
from app.crm.records.product import product, product_category

RECORD_TYPES = (account, contact, activity, product, product_category)

__all__ = ["RECORD_TYPES", "account", "activity", "contact", "product", "product_category"]
