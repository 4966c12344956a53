"""The record types of sales."""

from app.sales.records.lead import lead
from app.sales.records.opportunity import opportunity
from app.sales.records.price_book import price, price_book

RECORD_TYPES = (lead, opportunity, price_book, price)
