"""What attackers use."""

from __future__ import annotations

from tests.attacks.program import program
from tests.records.bulk.conftest import firms
from tests.records.settings.conftest import define, fields

__all__ = ["define", "fields", "firms", "program"]
