"""A browser's User-Agent in the words that a person recognises: "Firefox, Windows"."""

from __future__ import annotations

_BROWSERS = (  # The first that occurs names the browser; each of these says the later names too.
    ("MicroMessenger/", "WeChat"),
    ("wxwork/", "WeCom"),
    ("DingTalk/", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def agent_label(agent: str) -> str:
    """The browser and the system that a User-Agent header tells of, or "" when it tells nothing."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part)
