"""The literal list of modules; its order is the navigation's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from app.automation import jobs as automation_jobs
from app.automation.approvals import settle
from app.automation.approvals.absences import away_on
from app.automation.approvals.gate import ApprovalGate
from app.automation.authority import subjects, within
from app.automation.manifest import AUTOMATION
from app.automation.webhooks.outbox import hear
from app.billing import jobs as billing_jobs
from app.crm import documents as crm_documents
from app.crm import jobs as crm_jobs
from app.crm import mail_texts
from app.crm.manifest import CRM
from app.documents.manifest import DOCUMENTS
from app.documents.papers import layouts
from app.documents.papers.language import customer_language
from app.documents.papers.layouts import Layout
from app.documents.papers.table import table_pdf
from app.documents.papers.uses import documents_of
from app.documents.texts.operations import tell_use
from app.events import outbox
from app.handover import jobs as handover_jobs
from app.home.operations import homes
from app.identity import jobs as identity_jobs
from app.insight import jobs as insight_jobs
from app.insight.manifest import INSIGHT
from app.jobs import maintenance
from app.jobs.kinds import Kind
from app.jobs.registry import Registry as JobRegistry
from app.kernel.model import Base
from app.leaving import erasure
from app.leaving import jobs as leaving_jobs
from app.mail import jobs as mail_jobs
from app.mail import service as service_mails
from app.mail.inbound import jobs as mail_in_jobs
from app.mail.manifest import MAIL
from app.mail.messages import jobs as message_jobs
from app.mail.messages import templates as mail_templates
from app.operator import measure
from app.records import datasets, gate, happenings, lent
from app.records import jobs as record_jobs
from app.records.assignment import absent
from app.records.exports import papers
from app.records.manifest import Module
from app.records.registry import Registry, install
from app.reports import jobs as report_jobs
from app.sales import documents as sales_documents
from app.sales import jobs as sales_jobs
from app.sales.manifest import SALES
from tenants.billing import models as billing_models  # noqa: F401  Its tables are shared ones.
from tenants.history import TENANT
from tenants.schema import TenantSchema

MODULES: tuple[Module, ...] = (CRM, SALES, INSIGHT, DOCUMENTS, MAIL, AUTOMATION)
JOBS: tuple[Kind, ...] = (
    *maintenance.JOBS,
    *identity_jobs.JOBS,
    *record_jobs.JOBS,
    *mail_jobs.JOBS,
    *service_mails.JOBS,
    *report_jobs.JOBS,
    *message_jobs.JOBS,
    *mail_in_jobs.JOBS,
    *automation_jobs.JOBS,
    *crm_jobs.JOBS,
    *sales_jobs.JOBS,
    *insight_jobs.JOBS,
    *handover_jobs.JOBS,
    *leaving_jobs.JOBS,
    *erasure.JOBS,
    *measure.JOBS,
    *billing_jobs.JOBS,
)
LAYOUTS: tuple[Layout, ...] = (*crm_documents.LAYOUTS, *sales_documents.LAYOUTS)


def install_record_types() -> Registry:
    """Build the registry from the modules; every process does it once, before its first work."""
    outbox.install(_hear)
    mail_templates.install(mail_texts.find, mail_texts.fill, customer_language)
    gate.install(ApprovalGate())
    absent.install(away_on)
    layouts.install(LAYOUTS)
    papers.install(table_pdf)
    tell_use(documents_of)
    installed = install(
        (one for module in MODULES for one in module.record_types),
        (one for module in MODULES for one in module.belongings),
        (one for module in MODULES for one in module.mentions),
    )
    homes.install(MODULES)
    subjects.install(one for module in MODULES for one in module.subjects)
    datasets.install((module.key, one) for module in MODULES for one in module.datasets)
    lent.install((module.key, one) for module in MODULES for one in module.lends)
    happenings.install(one for module in MODULES for one in module.happenings)
    return installed


def _hear(session: Session, row: Mapping[str, Any]) -> None:
    """Let webhooks, approvals and authority hear of an event."""
    hear(session, row)
    settle.hear(session, row)
    within.hear(session, row)


def job_registry() -> JobRegistry:
    """The registry of every kind of job."""
    return JobRegistry(JOBS)


@cache
def tenant_schema() -> TenantSchema:
    """The tables of a tenant as one snapshot, with the migration that they stand at."""
    return TenantSchema.of(Base.metadata, TENANT.head)
