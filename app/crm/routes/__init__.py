"""The routes of the customer base beyond those of every record."""

from app.crm.routes import (
    activities,
    done,
    plan_settings,
    plans,
    plans_api,
    reminders,
    reminders_api,
)
from app.crm.routes.blueprint import blueprint

__all__ = [
    "activities",
    "blueprint",
    "done",
    "plan_settings",
    "plans",
    "plans_api",
    "reminders",
    "reminders_api",
]
