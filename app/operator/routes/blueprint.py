"""The console's blueprint."""

from flask import Blueprint

blueprint = Blueprint("operator", "app.operator", template_folder="templates")
