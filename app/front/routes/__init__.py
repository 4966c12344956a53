"""The routes of the service's own pages."""

from app.front.routes import finding, landing, signing_up, welcome
from app.front.routes.blueprint import blueprint

__all__ = ["blueprint", "finding", "landing", "signing_up", "welcome"]
