"""The tables of sales."""

from app.sales.models.contract import Contract, Instalment
from app.sales.models.invoice import Invoice
from app.sales.models.lead import Lead
from app.sales.models.opportunity import Opportunity
from app.sales.models.order import Order, OrderLine
from app.sales.models.payment import Payment, PaymentPart
from app.sales.models.pipeline import Pipeline, Stage
from app.sales.models.price import Price, PriceBook
from app.sales.models.quote import Quote, QuoteLine
from app.sales.models.target import Target
from app.sales.models.terms import TermsSettings

__all__ = [
    "Contract",
    "Instalment",
    "Invoice",
    "Lead",
    "Opportunity",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentPart",
    "Pipeline",
    "Price",
    "PriceBook",
    "Quote",
    "QuoteLine",
    "Stage",
    "Target",
    "TermsSettings",
]
