"""The addresses of leaving."""

from app.leaving.routes import takeouts
from app.leaving.routes.blueprint import blueprint

__all__ = ["blueprint", "takeouts"]
