"""The blueprint of the service's own pages."""

from flask import Blueprint

blueprint = Blueprint("front", "app.front", template_folder="templates")
