"""Mappings that come with the product, by the names of their files."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def shipped_mapping(name: str) -> Path | None:
    """The file of a mapping that comes with the product, or None."""
    return next((one for one in HERE.glob("*.toml") if one.stem == name), None)


def shipped_names() -> list[str]:
    """What comes with the product."""
    return sorted(one.stem for one in HERE.glob("*.toml"))
