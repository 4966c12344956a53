"""Every icon that a template, a declaration or a script asks for stands in the sprite."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from flask import Flask
from jinja2 import nodes

import app as product
from app.web.assets import DIST

HOME = Path(product.__file__).parent
SYMBOL = re.compile(r'<symbol id="([^"]+)"')
CALLED_BY_SCRIPTS = re.compile(r"\bicon\('([^']+)'\)")


def said(node: nodes.Node) -> set[str]:
    """The names that an expression of a template can come to, as far as they are written there."""
    if isinstance(node, nodes.Const):
        return {node.value} if isinstance(node.value, str) and node.value else set()
    if isinstance(node, nodes.CondExpr):
        return said(node.expr1) | (said(node.expr2) if node.expr2 else set())
    if isinstance(node, nodes.Or):
        return said(node.left) | said(node.right)
    return set()


def asked_by_templates(app: Flask) -> dict[str, str]:
    """Names of icons in templates, with one that asks for it."""
    asked: dict[str, str] = {}
    for path in HOME.rglob("templates/**/*.html"):
        tree = app.jinja_env.parse(path.read_text("utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "icon":
                asked |= dict.fromkeys(said(call.args[0]), str(path.relative_to(HOME)))
    return asked


def asked_by_code() -> dict[str, str]:
    """Names of icons in `icon(...)` and `icon=...`, with one file that says it."""
    asked = {}
    for path in HOME.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            named = [one.value for one in call.keywords if one.arg == "icon"]
            if isinstance(call.func, ast.Name) and call.func.id == "icon":
                named += call.args[:1]
            for one in named:
                if isinstance(one, ast.Constant) and one.value:
                    asked[str(one.value)] = str(path.relative_to(HOME))
    return asked


def asked_by_scripts() -> dict[str, str]:
    """Names of icons in the TypeScript, with one file that says it."""
    return {
        name: path.name
        for path in HOME.glob("web/frontend/src/ts/*.ts")
        for name in CALLED_BY_SCRIPTS.findall(path.read_text("utf-8"))
    }


def test_every_icon_that_is_asked_for_stands_in_the_sprite(app: Flask) -> None:
    sprite = DIST / json.loads((DIST / "manifest.json").read_text("utf-8"))["icons.svg"]
    drawn = set(SYMBOL.findall(sprite.read_text("utf-8")))
    by_templates, by_code, by_scripts = asked_by_templates(app), asked_by_code(), asked_by_scripts()
    assert {"star-filled", "star"} <= by_templates.keys()  # Both ways of a choice are looked at.
    assert by_code
    assert by_scripts
    asked = by_templates | by_code | by_scripts
    assert {name: place for name, place in asked.items() if name not in drawn} == {}
