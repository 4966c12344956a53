"""The record types of sales."""

from app.sales.records.lead import lead
from app.sales.records.opportunity import opportunity

RECORD_TYPES = (lead, opportunity)
