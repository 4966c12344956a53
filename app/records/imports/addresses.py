"""What looks like an e-mail address, told by its signs and by no pattern: a cell may be long."""

from __future__ import annotations

LONGEST = 320  # Characters of an address.


def is_address(text: str) -> bool:
    """True for one "@" between a name and a host that has a dot inside, without any space."""
    if len(text) > LONGEST or text.split() != [text]:
        return False
    name, _sign, host = text.partition("@")
    return bool(name) and "@" not in host and "." in host[1:-1]
