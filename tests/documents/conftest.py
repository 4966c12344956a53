"""What the tests of templates and documents begin with."""

from __future__ import annotations

from app.modules import install_record_types
from tests.records.api.conftest import program

__all__ = ["program"]

install_record_types()
