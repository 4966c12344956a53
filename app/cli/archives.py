"""`zuke tenants export`, `restore` and `clone`: a whole workspace as one file, and back."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tenants.archive.manifest import Manifest


def configure_archives(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """Declare the three verbs."""
    export = verbs.add_parser("export", help="write everything that it holds into one file")
    export.add_argument("slug", metavar="SLUG")
    export.add_argument("file", metavar="FILE", type=Path)
    export.set_defaults(work=_export)
    restore = verbs.add_parser("restore", help="make a workspace of such a file")
    restore.add_argument("file", metavar="FILE", type=Path)
    restore.add_argument(
        "--as", dest="slug", required=True, metavar="SLUG", help="its address; nobody's so far"
    )
    restore.set_defaults(work=_restore)
    clone = verbs.add_parser("clone", help="make another one that holds the same")
    clone.add_argument("slug", metavar="SLUG")
    clone.add_argument("new", metavar="NEW", help="the address of the other one")
    clone.set_defaults(work=_clone)


def _export(engine: Engine, args: Namespace) -> int:
    manifest = _write(engine, args.slug, args.file, _progress())
    print(
        f"{args.slug} is in {args.file}: {manifest.rows} rows of {len(manifest.tables)} tables, "
        f"{len(manifest.files)} files, {manifest.bytes} bytes before they were packed."
    )
    return _tell_missing(manifest)


def _restore(engine: Engine, args: Namespace) -> int:
    manifest = _make(engine, args.file, args.slug)
    return _tell_made(args.slug, manifest)


def _clone(engine: Engine, args: Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="zuke-clone-") as folder:
        archive = Path(folder) / "clone.zip"
        _write(engine, args.slug, archive, _progress())
        manifest = _make(engine, archive, args.new)
    return _tell_made(args.new, manifest)


def _write(
    engine: Engine, slug: str, file: Path, progress: Callable[[str, int, int], None]
) -> Manifest:
    from app.kernel.clock import now
    from app.leaving.keeping import KEEPING
    from config.settings import command_settings
    from tenants.archive.write import write_archive
    from tenants.files import files_folder

    folder = files_folder(command_settings().files_url)
    return write_archive(
        engine, slug, file, files=folder, keeping=KEEPING, now=now(), progress=progress
    )


def _make(engine: Engine, file: Path, slug: str) -> Manifest:
    from app.kernel.clock import now
    from app.leaving.keeping import KEEPING, settled
    from app.modules import tenant_schema
    from config.settings import command_settings
    from tenants.archive.restore import restore
    from tenants.files import files_folder
    from tenants.history import TENANT
    from tenants.slugs import tidy

    settings, moment = command_settings(), now()
    _facts, manifest = restore(
        engine,
        tenant_schema(),
        TENANT,
        file,
        tidy(slug),
        files=files_folder(settings.files_url),
        left_out=KEEPING.left_out,
        now=moment,
        settle=settled(settings.keys, moment),
    )
    return manifest


def _tell_made(slug: str, manifest: Manifest) -> int:
    print(
        f"{slug} holds {manifest.rows} rows and {len(manifest.files)} files, as "
        f"{manifest.workspace.slug} did on {manifest.made_at}."
    )
    print("Nobody is signed in; tokens and links were left out, webhooks and mailings are off.")
    return _tell_missing(manifest)


def _tell_missing(manifest: Manifest) -> int:
    """Name the files that rows speak of and that are gone; exit code 1 where there are any."""
    for path in manifest.missing:
        print(f"missing: {path}", file=sys.stderr)
    return 1 if manifest.missing else 0


def _progress() -> Callable[[str, int, int], None]:
    """A line that moves on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        return lambda _what, _done, _total: None

    def show(what: str, done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        line = f"\r{done * 100 // max(total, 1):3d} %  {what[:50]:50}"
        print(line, end=end, file=sys.stderr, flush=True)

    return show
