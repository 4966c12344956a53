"""What became of an import, in a sentence."""

from __future__ import annotations

from app.kernel.actor import Actor
from app.kernel.language import gettext, ngettext, plural
from app.records.imports.models import ImportRun
from app.web.formats import formats

PARTS = (
    ("created", plural("%(n)s created", "%(n)s created")),
    ("updated", plural("%(n)s updated", "%(n)s updated")),
    ("skipped", plural("%(n)s left as it was", "%(n)s left as they were")),
    ("duplicate", plural("%(n)s duplicate left out", "%(n)s duplicates left out")),
    ("failed", plural("%(n)s failed", "%(n)s failed")),
)


def told(run: ImportRun, by: Actor) -> str:
    """Import of contacts.csv: 1,200 created, 30 updated, 4 failed."""
    write = formats(by)
    parts = [
        ngettext(*words, getattr(run, key), n=write.number(getattr(run, key)))
        for key, words in PARTS
        if getattr(run, key)
    ]
    what = write.listed(parts) or gettext("nothing to take in")
    if run.is_dry_run:
        return gettext("Trial of %(file)s: %(what)s.", file=run.file_name, what=what)
    return gettext("Import of %(file)s: %(what)s.", file=run.file_name, what=what)
