"""The certificate of an erasure: what was there, how much of it, and that it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, table
from sqlalchemy.orm import Session

from app.identity.models import Role, User
from app.kernel.ids import new_id
from app.kernel.language import gettext, labelled, using
from tenants.archive.write import tables_of
from tenants.control import ErasureCertificate, Tenant
from tenants.files import TENANTS


@dataclass(frozen=True, slots=True)
class Gone:
    """What a workspace held when it was erased: rows by table, files and their bytes."""

    rows: dict[str, int]
    files: int
    bytes: int

    def as_json(self) -> dict[str, Any]:
        """The same for the certificate's row."""
        return {"rows": self.rows, "files": self.files, "bytes": self.bytes}


def certify(
    session: Session, tenant: Tenant, root: Path | None, asked_by: str, now: datetime
) -> ErasureCertificate:
    """Count what `tenant` holds and write the certificate, in the transaction that erases it.

    `session` is the owner's. It is sent to those who own the workspace at this moment.
    """
    connection = session.connection()
    connection.exec_driver_sql(f'SET LOCAL search_path TO "{tenant.schema_name}", ext')
    gone = _count(session, tenant, root)
    told = _text(tenant, gone, asked_by, now)
    certificate = ErasureCertificate(
        id=new_id(),
        tenant_id=tenant.id,
        slug=tenant.slug,
        name=tenant.name,
        language=tenant.language,
        asked_by=asked_by[:300],
        told=gone.as_json(),
        text=told,
        sha256=sha256(told.encode()).hexdigest(),
        sent_to=owners(session),
        erased_at=now,
    )
    session.add(certificate)
    return certificate


def owners(session: Session) -> list[str]:
    """The addresses of those who own the workspace whose tables `session` sees."""
    asked = select(User.email).join(Role, Role.id == User.role_id)
    return list(session.scalars(asked.where(Role.is_owner, User.is_active).order_by(User.email)))


def _count(session: Session, tenant: Tenant, root: Path | None) -> Gone:
    rows: dict[str, int] = {}
    for name, _columns, _key in tables_of(session.connection(), tenant.schema_name):
        counted = session.scalar(select(func.count()).select_from(table(name))) or 0
        if counted:
            rows[name] = counted
    folder = root / TENANTS / tenant.id.hex if root is not None else None
    found = [one for one in folder.rglob("*") if one.is_file()] if folder else []
    return Gone(rows, len(found), sum(one.stat().st_size for one in found))


def _text(tenant: Tenant, gone: Gone, asked_by: str, now: datetime) -> str:
    """The certificate in the firm's language; its hash is that of exactly this text."""
    with using(tenant.language):
        lines = [
            gettext("Certificate of erasure"),
            "",
            labelled(gettext("Workspace"), f"{tenant.name} ({tenant.slug})"),
            labelled(gettext("Number of the workspace"), str(tenant.id)),
            labelled(gettext("Erased at"), now.isoformat(timespec="seconds")),
            labelled(gettext("Asked for by"), asked_by),
            "",
            gettext(
                "Gone for good are %(rows)s rows in %(tables)s tables, %(files)s files with "
                "%(bytes)s bytes, the database role, waiting jobs, and the addresses under which "
                "the workspace could be reached.",
                rows=f"{sum(gone.rows.values()):,}",
                tables=f"{len(gone.rows):,}",
                files=f"{gone.files:,}",
                bytes=f"{gone.bytes:,}",
            ),
            "",
            *(f"{name}: {number:,}" for name, number in sorted(gone.rows.items())),
        ]
    return "\n".join(lines) + "\n"
