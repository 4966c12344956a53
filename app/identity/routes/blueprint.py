"""The one blueprint of identity."""

from flask import Blueprint

blueprint = Blueprint("identity", __name__, template_folder="../templates")
