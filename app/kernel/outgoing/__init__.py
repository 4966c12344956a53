"""How the service calls an address that somebody gave it: never one of its own network."""

from app.kernel.outgoing.call import Heard, Line, Unreachable, call, reach
from app.kernel.outgoing.targets import Target, Unfit, read_target

__all__ = ["Heard", "Line", "Target", "Unfit", "Unreachable", "call", "reach", "read_target"]
