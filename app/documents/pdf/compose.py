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
TOO_MUCH = 3  # How it exits where the paper is more than can be made at once.
COUNT = """#context [#metadata(counter(page).final().first()) <pages>]
#include "/{main}"
"""
PICTURE = '#image(paper, format: "pdf", page: {page}, width: 100%)'


def bound() -> None:
    """Take from this process what a paper must not use."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class TooMuch(Exception):
    """A paper has more pages than are made."""


def compose(asked: dict[str, Any]) -> tuple[int, list[bytes]]:
    """How many pages the paper has; it as one PDF, or a picture for each of its first pages."""
    main, at = asked["main"], asked["timestamp"]
    counted = _compiler(COUNT.format(main=main).encode(), asked)
    (total,) = json.loads(counted.query("<pages>", field="value"))
    if total > MOST_PAGES:
        raise TooMuch
    # What was laid out to be counted is not laid out again.
    paper = _compiler(f"{asked['folder']}/{main}", asked)
    if asked["format"] == "png" and total <= asked["most"]:
        return total, _listed(paper.compile(format="png", ppi=asked["ppi"], timestamp=at))
    (pdf,) = _listed(paper.compile(format="pdf", timestamp=at, pdf_tags=True))
    if asked["format"] == "pdf":
        return total, [pdf]
    # All pages would be drawn of the paper itself; of its PDF, those that are asked for.
    drawn = _compiler(_first_pages(pdf, asked["most"]), asked)
    return total, _listed(drawn.compile(format="png", ppi=asked["ppi"], timestamp=at))


def _compiler(source: Any, asked: dict[str, Any]) -> Any:
    import typst

    folder = asked["folder"]
    return typst.Compiler(
        source,
        root=folder,
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=asked["fonts"]),
        sys_inputs={"data": asked["data"]},
        package_path=folder,
        package_cache_path=folder,
    )


def _first_pages(pdf: bytes, most: int) -> bytes:
    """A paper of the first pages of a PDF."""
    pages = "\n#pagebreak()\n".join(PICTURE.format(page=n + 1) for n in range(most))
    held = ",".join(str(one) for one in pdf)
    return f"#set page(margin: 0pt)\n#let paper = bytes(({held}))\n{pages}".encode()


def _listed(made: bytes | list[bytes] | None) -> list[bytes]:
    return made if isinstance(made, list) else [made or b""]


def run() -> None:
    """Read what is asked for, write what it became; exit with TOO_MUCH where that is too much."""
    try:
        total, made = compose(json.loads(sys.stdin.buffer.read()))
    except (MemoryError, TooMuch):
        sys.exit(TOO_MUCH)
    except Exception:
        raise  # The layout is wrong, and its writer reads why.
    except BaseException as panic:  # noqa: BLE001  A panic of typst is no Exception of Python's.
        sys.stderr.write(f"{panic}\n")
        sys.exit(TOO_MUCH)
    told = {"total": total, "sizes": [len(one) for one in made]}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + b"".join(made))


if __name__ == "__main__":
    bound()
    run()
