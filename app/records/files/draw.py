"""Draws the small pictures of one file; a program of its own, run by `drawing` and by nobody else.

It knows nothing of the product and is given no secret: a path to read, two paths to write. It
bounds its own memory and time before it opens what a stranger sent. What it writes is drawn anew
from the pixels of the first frame, turned as its camera held it, without any of its metadata.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

MOST_PIXELS = 40_000_000
MEMORY = 900 * 1024 * 1024
SECONDS = 20
WRITTEN = 8 * 1024 * 1024
SIZES = (320, 1600)  # The longest edge of the small and of the large one.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
BACKGROUND = (255, 255, 255)
TOO_LARGE, UNREADABLE, DRAWN = "too_large", "unreadable", "drawn"


def bound() -> None:
    """Take from this process what a picture must not use."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def draw(source: str, targets: tuple[str, ...]) -> str:
    """Draw each size; answers with what came of it."""
    from PIL import Image

    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = None  # What is too much is said here, and before a pixel is read.
    try:
        with Image.open(source, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return TOO_LARGE
            opened.draft("RGB", (2 * SIZES[-1], 2 * SIZES[-1]))  # A JPEG is read smaller at once.
            picture = _flat(opened)
        for size, target in zip(reversed(SIZES), reversed(targets), strict=True):
            picture.thumbnail((size, size))
            _anew(picture).save(target, "WEBP", quality=82, method=4)
    except MemoryError:
        return TOO_LARGE
    except Exception:  # noqa: BLE001  Whatever a decoder raises, it is no picture that we can draw.
        return UNREADABLE
    return DRAWN


def _flat(opened: Picture) -> Picture:
    """The first frame as its camera held it, small enough to go on with, on white."""
    from PIL import Image, ImageOps

    opened.thumbnail((2 * SIZES[-1], 2 * SIZES[-1]), reducing_gap=2.0)
    turned = ImageOps.exif_transpose(opened)
    if turned.mode in ("RGB", "L"):
        return turned.convert("RGB")
    clear = turned.convert("RGBA")
    ground = Image.new("RGB", clear.size, BACKGROUND)
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


def _anew(picture: Picture) -> Picture:
    """The same pixels in a new picture that has nothing else."""
    from PIL import Image

    made = Image.new("RGB", picture.size)
    made.paste(picture)
    return made


if __name__ == "__main__":
    bound()
    sys.stdout.write(json.dumps(draw(sys.argv[1], tuple(sys.argv[2:]))))
