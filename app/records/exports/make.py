"""Making the file of an export: rows page by page, each page its own statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.kernel.actor import Actor
from app.kernel.errors import NotPermitted, Refused
from app.kernel.language import _
from app.records.access import readable_keys
from app.records.exports.columns import table_columns
from app.records.exports.formats import Format
from app.records.exports.which import pages, rows_of
from app.records.types import EXPORT, RecordType

PAGE = 500  # Rows of one statement: all of them are in memory at once.


def may_export(record_type: RecordType, by: Actor) -> None:
    """Raise the answer that stands against any export of this type, when one does."""
    if not by.may(record_type.key, "read") or not by.may(record_type.key, EXPORT):
        raise NotPermitted(_("Your role does not allow this."))


def write_file(
    path: Path,
    shape: Format,
    record_type: RecordType,
    keys: Sequence[str],
    packed: bytes,
    by: Actor,
    *,
    is_whole: bool,
    after: Callable[[int], Actor],
) -> int:
    """Write the rows with these ids to `path`, and answer with how many there were.

    `after(n)` is told after each page how many are written, and answers with who asks for the next
    one, as their rights are then: NotPermitted or Refused where these have become less.
    """
    still_readable(record_type, keys, by)
    columns = table_columns(record_type, keys, by, is_whole=is_whole)
    writer = shape.write(path, columns, record_type)
    done = 0
    try:
        for ids in pages(packed, PAGE):
            still_readable(record_type, keys, by)
            rows = rows_of(record_type, ids, keys, by)
            writer.write(rows)
            done += len(rows)
            del rows  # Before the next ones are read.
            by = after(done)
        writer.end()
    except BaseException:
        writer.drop()
        raise
    return done


def still_readable(record_type: RecordType, keys: Sequence[str], by: Actor) -> None:
    """Raise the answer where `by` may not export the type, or not read one of the fields."""
    may_export(record_type, by)
    if not set(keys) <= readable_keys(record_type, by):
        raise Refused(_("Your role no longer shows one of these fields. Begin the export anew."))
