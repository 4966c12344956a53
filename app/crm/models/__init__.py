"""The tables of the customer base."""

from app.crm.models.account import Account
from app.crm.models.activity import Activity, ActivityLink
from app.crm.models.contact import Contact
from app.crm.models.plan import Plan, PlanRun
from app.crm.models.product import Product, ProductCategory
from app.crm.models.reminder import Reminder

__all__ = [
    "Account",
    "Activity",
    "ActivityLink",
    "Contact",
    "Plan",
    "PlanRun",
    "Product",
    "ProductCategory",
    "Reminder",
]
