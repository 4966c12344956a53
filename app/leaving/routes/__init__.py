"""The addresses of leaving."""

from app.leaving.routes import api, farewell, takeouts
from app.leaving.routes.blueprint import blueprint

__all__ = ["api", "blueprint", "farewell", "takeouts"]
