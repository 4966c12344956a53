"""What payments mean for contracts: their instalments are counted anew."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.events import write_event
from app.kernel.actor import Actor
from app.records.alter import changes_between, told_values
from app.records.tailored import tailored
from app.sales.models import Contract, Instalment
from app.sales.plan.kept import instalments_of, settle


def settle_instalment(instalment_id: UUID, by: Actor) -> None:
    """Let the contract of an instalment tell what came in; its event says what that changed."""
    its = select(Instalment.contract_id).where(Instalment.id == instalment_id)
    held = select(Contract).where(Contract.id == its.scalar_subquery()).with_for_update()
    contract = by.session.scalars(held, execution_options={"populate_existing": True}).one()
    kind = tailored("contract", by)
    before = told_values(kind, contract)
    settle(contract, instalments_of(contract.id, by), by)
    changes = changes_between(before, told_values(kind, contract))
    if not changes:
        return
    contract.updated_at, contract.updated_by_id = by.now, by.user_id
    contract.version += 1
    by.session.flush()  # The row stands before its event tells of it.
    account = contract.account_id
    write_event(by, "contract", contract.id, "updated", account_id=account, changes=changes)
