"""The record types of sales."""

from app.sales.records.lead import lead

RECORD_TYPES = (lead,)
