"""What became of an import, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext, plural
from app.records.bulk.receipt import told_withdrawn
from app.records.imports.models import ImportRun
from app.records.imports.new_options import OPTION
from app.records.registry import registry
from app.web.formats import formats

PARTS = (
    ("created", plural("%(n)s created", "%(n)s created")),
    ("updated", plural("%(n)s updated", "%(n)s updated")),
    ("joined", plural("%(n)s further line", "%(n)s further lines")),
    ("skipped", plural("%(n)s left as it was", "%(n)s left as they were")),
    ("duplicate", plural("%(n)s duplicate left out", "%(n)s duplicates left out")),
    ("noted", plural("%(n)s follow-up noted", "%(n)s follow-ups noted")),
    ("asked", plural("%(n)s waits for approval", "%(n)s wait for approval")),
    ("left_out", plural("%(n)s row left out", "%(n)s rows left out")),
    ("failed", plural("%(n)s failed", "%(n)s failed")),
)
TAGS = plural("%(n)s tag", "%(n)s tags")
OPTIONS = plural("%(n)s new option", "%(n)s new options")


def told(run: ImportRun, by: Actor) -> str:
    """Import of contacts.csv: 1,200 created, 30 updated, 4 failed."""
    write = formats(by)
    parts = [
        ngettext(*words, getattr(run, key), n=write.number(getattr(run, key)))
        for key, words in PARTS
        if getattr(run, key)
    ]
    parts += made_along(run.made, by)
    what = write.listed(parts) or gettext("nothing to take in")
    if run.is_dry_run:
        return gettext("Trial of %(file)s: %(what)s.", file=run.file_name, what=what)
    return gettext("Import of %(file)s: %(what)s.", file=run.file_name, what=what)


def made_along(made: Mapping[str, int], by: Actor) -> list[str]:
    """How many records were referred to and made: 12 accounts made along, 3 tags made along."""
    write = formats(by)
    counts = (
        ngettext(*_count_of(kind), number, n=write.number(number))
        for kind, number in sorted(made.items())
    )
    return [gettext("%(count)s made along", count=one) for one in counts]


def _count_of(kind: str) -> tuple[str, str]:
    if kind == OPTION:
        return OPTIONS
    return TAGS if kind == "tag" else registry().type(kind).words.count


def told_undone(run: ImportRun, by: Actor) -> str:
    """Took back the import of contacts.csv: 980 records, 20 left as they are.

    What waited for approval till then is told in a further sentence.
    """
    parts = (_told_undone(run, by), told_withdrawn(run.withdrawn, by))
    return " ".join(part for part in parts if part)


def _told_undone(run: ImportRun, by: Actor) -> str:
    write = formats(by)
    done = ngettext("%(n)s record", "%(n)s records", run.undo_done, n=write.number(run.undo_done))
    if not run.undo_left_out:
        return gettext("Took back the import of %(file)s: %(done)s.", file=run.file_name, done=done)
    left = ngettext(
        "%(n)s left as it is, as it was touched since or is referred to",
        "%(n)s left as they are, as they were touched since or are referred to",
        run.undo_left_out,
        n=write.number(run.undo_left_out),
    )
    return gettext(
        "Took back the import of %(file)s: %(done)s, %(left)s.",
        file=run.file_name,
        done=done,
        left=left,
    )
