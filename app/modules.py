"""The literal list of modules; its order is the navigation's."""

from __future__ import annotations

from functools import cache

from app.crm.manifest import CRM
from app.kernel.model import Base
from app.records.api import idempotency  # noqa: F401  Its table stands in every workspace.
from app.records.manifest import Module
from app.records.registry import Registry, install
from tenants.history import TENANT
from tenants.schema import TenantSchema

MODULES: tuple[Module, ...] = (CRM,)


def install_record_types() -> Registry:
    """Build the registry from the modules; every process does it once, before its first work."""
    return install(one for module in MODULES for one in module.record_types)


@cache
def tenant_schema() -> TenantSchema:
    """The tables of a tenant as one snapshot, with the migration that they stand at."""
    return TenantSchema.of(Base.metadata, TENANT.head)
