"""The addresses of leaving."""

from app.leaving.routes import farewell, takeouts
from app.leaving.routes.blueprint import blueprint

__all__ = ["blueprint", "farewell", "takeouts"]
