"""Composes one paper; a program of its own, run by `press` and by nobody else.

It knows nothing of the product and is given no secret: a folder with sources and pictures, the
data as text. It bounds its own memory and time before it composes, writes no file, and reaches no
package and no font but those it is told. What stands in the data is text and never markup.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

MEMORY = 2 * 1024 * 1024 * 1024  # Of addresses; the letters of all Chinese are mapped, not read.
SECONDS = 8
MOST_PAGES = 200
TOO_MUCH = "too_much"


def bound() -> None:
    """Take from this process what a paper must not use."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def compose(asked: dict[str, Any]) -> list[bytes]:
    """The paper as one PDF, or as a picture for each of its first pages."""
    import typst

    folder = asked["folder"]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=asked["fonts"])
    compiler = typst.Compiler(
        f"{folder}/{asked['main']}",
        root=folder,
        font_paths=fonts,
        sys_inputs={"data": asked["data"]},
        package_path=folder,
        package_cache_path=folder,
    )
    made = compiler.compile(
        format=asked["format"], ppi=asked["ppi"], timestamp=asked["timestamp"], pdf_tags=True
    )
    return made if isinstance(made, list) else [made or b""]


if __name__ == "__main__":
    bound()
    pages = compose(json.loads(sys.stdin.buffer.read()))
    sizes = [len(one) for one in pages]
    sys.stdout.buffer.write(json.dumps(sizes).encode() + b"\n" + b"".join(pages))
