"""The routes of the application as an attacker sees them: every rule, method and argument.

Tests take their cases from `app.url_map`, so a new route is attacked on the day it is written; one
whose arguments this file can't fill fails the test that asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.web.access import Access, Side, Who, declared_access

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
NEVER_USED = UUID("0190a7d2-0000-7000-8000-00000000dead")


@dataclass(frozen=True)
class Case:
    """One method of one rule, with its declaration."""

    rule: Rule
    method: str
    access: Access

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def takes_ids(self) -> bool:
        """True when the address names a record, a user, a role … by its id."""
        return any(is_id(name) for name in self.rule.arguments)

    def url(self, values: Mapping[str, str]) -> str:
        """The address with its arguments filled; KeyError for one that nobody knows to fill."""
        return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: values[found[1]], self.rule.rule)


def is_id(name: str) -> bool:
    """True for arguments that are ids of rows."""
    return name == "id" or name.endswith("_id")


def cases(app: Flask) -> Iterator[Case]:
    """Every method of every rule; OPTIONS and HEAD follow from the others."""
    for rule in app.url_map.iter_rules():
        access = declared_access(app.view_functions[rule.endpoint])
        assert access is not None, f"{rule.rule} does not say who may call it."
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Case(rule, method, access)


def of_workspace(app: Flask) -> list[Case]:
    """The cases that answer at a workspace's address."""
    sides = (Side.WORKSPACE, Side.BOTH)
    return [case for case in cases(app) if case.access.side in sides]


def guarded(app: Flask) -> list[Case]:
    """The cases of a workspace that nobody reaches without signing in or a token."""
    return [case for case in of_workspace(app) if case.access.who in (Who.USER, Who.TOKEN)]


def plain(answer: TestResponse) -> str:
    """An answer's text without what differs between any two requests."""
    text = answer.get_data(as_text=True)
    text = text.replace(answer.headers.get("X-Request-ID", "\0"), "REQUEST")
    return re.sub(r'(name="csrf[-_]token" (?:value|content)=")[^"]*', r"\1TOKEN", text)
