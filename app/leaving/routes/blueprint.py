"""The blueprint of leaving."""

from flask import Blueprint

blueprint = Blueprint("leaving", __name__, template_folder="../templates")
