"""The record types of sales."""

from app.sales.records.contract import contract
from app.sales.records.invoice import invoice
from app.sales.records.lead import lead
from app.sales.records.opportunity import opportunity
from app.sales.records.order import order
from app.sales.records.payment import payment
from app.sales.records.price_book import price, price_book
from app.sales.records.quote import quote

RECORD_TYPES = (
    lead,
    opportunity,
    price_book,
    price,
    quote,
    order,
    contract,
    invoice,
    payment,
)
