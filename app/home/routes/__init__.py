"""The addresses of Home."""

from app.home.routes import api, arrange, home, roles
from app.home.routes.blueprint import blueprint

__all__ = ["api", "arrange", "blueprint", "home", "roles"]
