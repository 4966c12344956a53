"""Looking at a workspace as another role."""

from __future__ import annotations

from app.identity.operations.roles import role_by_key
from tests.cast import HostClient, Person, Workspace


def preview(acme: Workspace, person: Person, key: str) -> HostClient:
    """A browser in which somebody looks at the workspace as a role."""
    with acme.scope() as session:
        role = role_by_key(session, key).id
    client = person.sign_in()
    assert client.post(f"/settings/roles/{role}/preview").status_code == 303
    return client
