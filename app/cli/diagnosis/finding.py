"""One line of a diagnosis."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and how to mend it where it is not well."""

    topic: str
    level: Level
    sentence: str
    remedy: str = ""


def ok(topic: str, sentence: str) -> Finding:
    """Return a finding of something that is well."""
    return Finding(topic, "ok", sentence)


def warn(topic: str, sentence: str, remedy: str) -> Finding:
    """Return a finding that the service runs with, though not as it should."""
    return Finding(topic, "warn", sentence, remedy)


def fail(topic: str, sentence: str, remedy: str) -> Finding:
    """Return a finding that the service must not run with."""
    return Finding(topic, "fail", sentence, remedy)
