"""What a tenant's schema holds, as one digest: a refusal must leave it as it was."""

from __future__ import annotations

from hashlib import sha256

from tenants.facts import TenantFacts
from tests.laundry import Laundry

# Written by `aside` whatever the answer: when a session, a token or a device was last seen.
LAST_USE = ("user_sessions", "api_tokens", "known_devices")


def digest(laundry: Laundry, facts: TenantFacts) -> str:
    """A digest of every row of a tenant, its last-use notes apart."""
    found = sha256()
    with laundry.connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename",
            (facts.schema,),
        )
        for (table,) in cursor.fetchall():
            if table not in LAST_USE:
                cursor.execute(f'SELECT t::text FROM "{facts.schema}"."{table}" AS t ORDER BY 1')
                found.update(repr((table, cursor.fetchall())).encode())
    return found.hexdigest()
