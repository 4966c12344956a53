"""The blueprint of the customer base."""

from flask import Blueprint

blueprint = Blueprint("crm", __name__, template_folder="../templates")
