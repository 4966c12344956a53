"""The addresses of Home."""

from app.home.routes import api, api_first_steps, arrange, first_steps, home, roles
from app.home.routes.blueprint import blueprint

__all__ = ["api", "api_first_steps", "arrange", "blueprint", "first_steps", "home", "roles"]
