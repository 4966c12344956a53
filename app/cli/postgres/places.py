"""Where the embedded server keeps its programs, its data and its socket."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path("/var/lib/zuke")


@dataclass(frozen=True)
class Places:
    """The folders of one cluster: one for each clone of the product and major version."""

    home: Path
    data: Path
    socket: Path

    @property
    def password(self) -> Path:
        """The file with the superuser's password; it lives and goes with the data."""
        return self.home / f"{self.data.name}.password"

    @property
    def log(self) -> Path:
        """The server's log; inside the data, where the server may write."""
        return self.data / "server.log"


def places_for(major: int, *, as_other_account: bool, root: Path = ROOT) -> Places:
    """Return the folders for a clone of the product at `root`.

    A server under another account cannot look into our home, so its data lies outside the clone.
    The socket's folder is short, because a socket's path over 107 bytes fails.
    """
    clone = hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    home = SHARED / clone if as_other_account else root / ".zuke" / "pg"
    socket = Path(tempfile.gettempdir()) / f"zuke-{clone}-{major}"
    return Places(home=home, data=home / f"data-{major}", socket=socket)
