"""Draws one logo or seal anew; a program of its own, run by `pictures` and by nobody else.

It knows nothing of the product and is given no secret: a picture comes in, a PNG goes out, with
the pixels of its first frame, what is clear left clear, and without any metadata.
"""

from __future__ import annotations

import io
import resource
import sys
import warnings

MOST_PIXELS = 40_000_000
MEMORY = 900 * 1024 * 1024
SECONDS = 10
LONGEST = 1000  # Pixels of the longer edge that is kept.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
TOO_LARGE, UNREADABLE = 3, 4  # How it exits where there is nothing to give.


def bound() -> None:
    """Take from this process what a picture must not use."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def redraw(sent: bytes) -> bytes | int:
    """The picture as PNG, or how to exit."""
    from PIL import Image, ImageOps

    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = None  # What is too much is said here, and before a pixel is read.
    try:
        with Image.open(io.BytesIO(sent), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return TOO_LARGE
            turned = ImageOps.exif_transpose(opened).convert("RGBA")
        turned.thumbnail((LONGEST, LONGEST))
        made = Image.new("RGBA", turned.size)
        made.paste(turned)
        out = io.BytesIO()
        made.save(out, "PNG", optimize=True)
    except MemoryError:
        return TOO_LARGE
    except Exception:  # noqa: BLE001  Whatever a decoder raises, it is no picture that we can draw.
        return UNREADABLE
    return out.getvalue()


if __name__ == "__main__":
    bound()
    drawn = redraw(sys.stdin.buffer.read())
    if isinstance(drawn, int):
        sys.exit(drawn)
    sys.stdout.buffer.write(drawn)
