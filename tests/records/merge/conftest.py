"""Programs that call the API, as in the tests of the API itself."""

from __future__ import annotations

from tests.records.api.conftest import program

__all__ = ["program"]
