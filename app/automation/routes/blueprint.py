"""The blueprint of automation."""

from flask import Blueprint

blueprint = Blueprint("automation", __name__, template_folder="../templates")
