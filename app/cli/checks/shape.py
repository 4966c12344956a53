"""The longest files, functions and templates, for a second look: usually one holds two concepts."""

import ast
from collections.abc import Iterable
from pathlib import Path

PACKAGES = ("config", "tenants", "app", "tests", "bench")
SHOWN = 15

# What style.md asks to look at again.
LONG_FILE, LONG_FUNCTION, LONG_TEMPLATE = 300, 40, 120


def report(root: Path) -> str:
    """Return the three lists as text, the longest first; a star marks what is over its measure."""
    python = [path for name in PACKAGES for path in (root / name).rglob("*.py")]
    functions = [each for path in python for each in _functions(path, root)]
    tables = (
        _table("Files", _sizes(python, root), LONG_FILE),
        _table("Functions", functions, LONG_FUNCTION),
        _table("Templates", _sizes((root / "app").rglob("*.html"), root), LONG_TEMPLATE),
    )
    return "\n\n".join(tables)


def _sizes(paths: Iterable[Path], root: Path) -> list[tuple[int, str]]:
    return [(len(path.read_text().splitlines()), str(path.relative_to(root))) for path in paths]


def _functions(path: Path, root: Path) -> Iterable[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            yield length, f"{path.relative_to(root)}:{node.lineno} {node.name}"


def _table(title: str, measured: Iterable[tuple[int, str]], measure: int) -> str:
    rows = sorted(measured, reverse=True)[:SHOWN]
    lines = [f"{length:6}{'*' if length > measure else ' '} {name}" for length, name in rows]
    return "\n".join((f"{title} (over {measure} lines: *)", *lines))
