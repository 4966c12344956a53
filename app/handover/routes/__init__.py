"""The addresses of handovers."""

from app.handover.routes import api, digests, handovers, plan, rules
from app.handover.routes.blueprint import blueprint

__all__ = ["api", "blueprint", "digests", "handovers", "plan", "rules"]
