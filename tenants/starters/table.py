"""A table of a starter's file: takes its values one by one, and names every mistake's place."""

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType

from tenants.starters.format import LANGUAGES, Localized, StarterError


class Table:
    """A table of the file that knows where it stands, and refuses what nobody asked for."""

    def __init__(self, content: object, place: str) -> None:
        """Wrap `content`, which must be a table, standing at `place`."""
        if not isinstance(content, dict):
            raise StarterError(f"{place} must be a table.")
        self._content: dict[str, object] = dict(content)
        self._place = place

    def at(self, key: str) -> str:
        """Return the place of a key, as an error names it."""
        joint = "." if ": " in self._place else ": "
        return f"{self._place}{joint}{key}"

    def take(self, key: str) -> object:
        """Take a value out, or say that it is missing."""
        if key not in self._content:
            raise StarterError(f"{self.at(key)} is missing.")
        return self._content.pop(key)

    def text(self, key: str, pattern: re.Pattern[str]) -> str:
        """Take a text that must look like `pattern`."""
        value = self.take(key)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise StarterError(f"{self.at(key)} cannot be {value!r}.")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        """Take a text that must be one of `allowed`."""
        value = self.take(key)
        if not isinstance(value, str) or value not in allowed:
            raise StarterError(f"{self.at(key)} is {value!r}; it may be {', '.join(allowed)}.")
        return value

    def whole(self, key: str, most: int) -> int:
        """Take a whole number from 0 to `most`."""
        value = self.take(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise StarterError(f"{self.at(key)} must be a number from 0 to {most}.")
        return value

    def rows(self, key: str) -> Sequence[object]:
        """Take a list of one value or more."""
        value = self.take(key)
        if not isinstance(value, list) or not value:
            raise StarterError(f"{self.at(key)} must be a list.")
        return value

    def localized(self, key: str) -> Localized:
        """Take a text in several languages; each of LANGUAGES must be there and say something."""
        table = Table(self.take(key), self.at(key))
        texts: dict[str, str] = {}
        for language, value in table.rest():
            if not isinstance(value, str) or not value.strip():
                raise StarterError(f"{table.at(language)} must be a text.")
            texts[language] = value
        for language in LANGUAGES:
            if language not in texts:
                raise StarterError(f"{table.at(language)} is missing.")
        return MappingProxyType(texts)

    def table(self, key: str) -> "Table":
        """Take a table, an empty one where it is absent."""
        return Table(self._content.pop(key, {}), self.at(key))

    def tables(self, key: str) -> "Iterator[Table]":
        """Take a list of tables, none where it is absent; each is closed when the next is asked."""
        if not self.has(key):
            return
        place = self.at(key)
        for number, content in enumerate(self.rows(key), start=1):
            table = Table(content, f"{place}[{number}]")
            yield table
            table.close()

    def names(self) -> tuple[str, ...]:
        """The keys that are still to be taken, in their order."""
        return tuple(self._content)

    def is_table(self, key: str) -> bool:
        """Tell whether a key that is still to be taken holds a table."""
        return isinstance(self._content.get(key), dict)

    def has(self, key: str) -> bool:
        """Tell whether a key is still to be taken."""
        return key in self._content

    def rest(self) -> Iterator[tuple[str, object]]:
        """Take everything that is left."""
        content, self._content = self._content, {}
        yield from content.items()

    def close(self) -> None:
        """Refuse what is left: a misspelt key must not be silently without effect."""
        for key in self._content:
            raise StarterError(f"{self.at(key)} is not known.")
