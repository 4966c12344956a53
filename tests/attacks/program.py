"""Programs that attack the API with a token of somebody of the cast."""

from __future__ import annotations

from tests.records.api.conftest import Program, Programs, program

__all__ = ["Program", "Programs", "program"]
