"""Where the browser of the browser tests is."""

import shutil
from pathlib import Path

INSTALL_HINT = (
    "Install one (Debian: apt-get install chromium fonts-noto-cjk libatomic1) "
    "or name it by ZUKE_CHROMIUM."
)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/usr/bin/chromium",
    "/snap/bin/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium(named: str | None) -> str | None:
    """Return the path of Chromium: the one that the user named, else the first that is found."""
    if named:
        return named if Path(named).is_file() else None
    for program in PROGRAMS:
        found = shutil.which(program)
        if found:
            return found
    return next((place for place in PLACES if Path(place).is_file()), None)
