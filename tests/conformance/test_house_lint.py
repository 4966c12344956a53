"""Habits that no linter knows: each rule names the files that may break it, with the reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("app", "tenants", "config")
CODE = tuple(sorted(path for part in PARTS for path in (ROOT / part).rglob("*.py")))
TEMPLATES = tuple(sorted((ROOT / "app").rglob("templates/**/*.html")))

COMMITS = {
    "app/request.py": "the edge commits once per request",
    "tenants/scope.py": "a scope commits when its block ends well",
}
ENVIRONMENT = {
    "app/cli": "commands start processes and find programs",
}
RAW_SQL = {
    "app/cli": "the command line prepares and examines servers",
    "app/records/model.py": "partial indexes of every record type",
    "app/crm/models/activity.py": "the condition of a partial index",
    "app/identity/models": "conditions of partial indexes",
    "app/events/copy.py": "COPY into our own tables",
    "app/demo": "COPY of demo data into our own tables",
    "tenants": "the engine of tenancy writes DDL and SET LOCAL",
    "app/leaving/certificate.py": "counts what goes by the owner's login, in the schema that goes",
    "app/jobs": "claiming with SKIP LOCKED and the leader's advisory lock",
    "app/ops": "readiness asks the server itself",
}
SAFE_MARKS = re.compile(r"\|\s*safe\b")
INLINE = re.compile(r"<style[\s>]|<script(?![^>]*\bsrc=)|\sstyle=[\"']|\son[a-z]+=[\"']|hx-on|js:")


def sources() -> Iterator[tuple[str, ast.Module, str]]:
    """Every source file: its path from the root, its tree, its text."""
    for path in CODE:
        text = path.read_text("utf-8")
        yield str(path.relative_to(ROOT)), ast.parse(text), text


def excused(path: str, exemptions: dict[str, str]) -> bool:
    """True when `path` is an exempted file or lies in an exempted folder."""
    return any(path == one or path.startswith(f"{one}/") for one in exemptions)


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def dotted(node: ast.AST) -> str:
    """The dotted name of an expression, such as `db.session.commit`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_only_the_edges_commit() -> None:
    found = [
        f"{path}:{call.lineno}"
        for path, tree, _text in sources()
        if not excused(path, COMMITS)
        for call in calls(tree)
        if dotted(call.func).endswith((".session.commit", "session.commit"))
    ]
    assert found == []


def test_only_configuration_reads_the_environment() -> None:
    found = [
        path
        for path, tree, _text in sources()
        if not path.startswith("config/") and not excused(path, ENVIRONMENT)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and dotted(node) in ("os.environ", "os.getenv")
    ]
    assert found == []


def test_a_manual_flush_carries_its_reason() -> None:
    found = []
    for path, tree, text in sources():
        lines = text.splitlines()
        for call in calls(tree):
            near = "".join(lines[max(call.lineno - 3, 0) : call.lineno])
            if dotted(call.func).endswith("session.flush") and "#" not in near:
                found.append(f"{path}:{call.lineno}")
    assert found == []


def test_sql_is_never_put_together_from_strings() -> None:
    """Text given to text() or execute() is a literal: no f-string, no +, no % and no format()."""
    built = (ast.JoinedStr, ast.BinOp)
    found = []
    for path, tree, _text in sources():
        if excused(path, RAW_SQL):
            continue
        for call in calls(tree):
            name = dotted(call.func).rpartition(".")[2]
            if name not in ("text", "execute", "exec_driver_sql", "copy_expert", "literal_column"):
                continue
            first = call.args[0] if call.args else None
            is_format = isinstance(first, ast.Call) and dotted(first.func).endswith(".format")
            if isinstance(first, built) or is_format:
                found.append(f"{path}:{call.lineno}")
    assert found == []


def test_nothing_is_deserialised_or_evaluated() -> None:
    banned_modules = {"pickle", "marshal", "shelve", "dill"}
    banned_calls = {"eval", "exec", "yaml.load"}
    found = []
    for path, tree, _text in sources():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            found += [f"{path}: {name}" for name in names if name in banned_modules]
        found += [f"{path}:{one.lineno}" for one in calls(tree) if dotted(one.func) in banned_calls]
    assert found == []


def test_only_the_edge_and_the_shell_know_flask_g() -> None:
    allowed = ("app/web/", "app/request.py", "app/operator/", "app/ops/", "app/identity/login.py")
    found = []
    for path, tree, _text in sources():
        if path.startswith(allowed) or "/routes" in path:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "flask":
                found += [path for alias in node.names if alias.name == "g"]
    assert found == []


def test_no_backref_and_no_relationship_by_surprise() -> None:
    found = [path for path, _tree, text in sources() if re.search(r"\bbackref\b", text)]
    assert found == []


def test_templates_hold_no_inline_script_or_style() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in TEMPLATES
        if "/mails/" not in str(path)
        for match in INLINE.finditer(
            re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
        )
    ]
    assert found == []


def test_markup_is_trusted_only_with_a_reason() -> None:
    found = []
    for path in TEMPLATES:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if SAFE_MARKS.search(line) and "{#" not in line:
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []


def test_every_python_file_says_what_it_is() -> None:
    found = [path for path, tree, text in sources() if text.strip() and not ast.get_docstring(tree)]
    assert found == []
