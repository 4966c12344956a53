"""What attackers use."""

from __future__ import annotations

from tests.attacks.program import program

__all__ = ["program"]
