"""The addresses of Home."""

from app.home.routes import api, arrange, first_steps, home, roles
from app.home.routes.blueprint import blueprint

__all__ = ["api", "arrange", "blueprint", "first_steps", "home", "roles"]
