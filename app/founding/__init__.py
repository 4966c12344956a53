"""Founding workspaces: by command, for the demo, and for who signs up."""

from app.founding.workspace import (
    Founder,
    found_workspace,
    make_categories,
    make_homes,
    make_plans,
    write_picklists,
)

__all__ = [
    "Founder",
    "found_workspace",
    "make_categories",
    "make_homes",
    "make_plans",
    "write_picklists",
]
