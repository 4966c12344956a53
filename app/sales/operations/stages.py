"""The pipelines and stages of a workspace as all others read them, kept until they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import stamps
from app.kernel.language import LOCALES
from app.kernel.localized import pick
from app.kernel.remembered import Remembered
from app.records.fields import Option
from app.records.picklists import STAMP
from app.sales.models import Pipeline, Stage
from tenants.facts import TenantFacts

KEPT = 512  # Workspaces whose pipelines a process remembers.


@dataclass(frozen=True, slots=True)
class StageFacts:
    """A stage; `probability` in percent, `required` with what earlier stages ask for."""

    id: str
    pipeline_id: str
    name: Mapping[str, str]
    probability: Decimal
    forecast_category: str
    colour: str
    stale_after: int
    required: tuple[str, ...]
    own_required: tuple[str, ...]
    is_retired: bool


@dataclass(frozen=True, slots=True)
class PipelineFacts:
    """A pipeline with its stages in their order, retired ones too."""

    id: str
    name: Mapping[str, str]
    is_retired: bool
    version: int
    stages: tuple[StageFacts, ...]

    @property
    def in_use(self) -> tuple[StageFacts, ...]:
        """The stages that an opportunity can come to."""
        return tuple(one for one in self.stages if not one.is_retired)


@dataclass(frozen=True)
class Pipelines:
    """All pipelines of a workspace in their order, retired ones too."""

    all: tuple[PipelineFacts, ...]

    @cached_property
    def by_id(self) -> Mapping[str, PipelineFacts]:
        """The pipelines by their id."""
        return {one.id: one for one in self.all}

    @cached_property
    def stages(self) -> Mapping[str, StageFacts]:
        """The stages of all pipelines by their id."""
        return {stage.id: stage for one in self.all for stage in one.stages}

    @cached_property
    def in_use(self) -> tuple[PipelineFacts, ...]:
        """The pipelines that an opportunity can be in."""
        return tuple(one for one in self.all if not one.is_retired and one.in_use)

    def first_stage(self, pipeline_id: str | None = None) -> StageFacts | None:
        """Where an opportunity begins: in the usual pipeline where none is named."""
        if pipeline_id is None:
            return self.in_use[0].in_use[0] if self.in_use else None
        found = self.by_id.get(pipeline_id)
        return found.in_use[0] if found is not None and found.in_use else None


_remembered: Remembered[Pipelines] = Remembered(KEPT)


def load_pipelines(session: Session) -> Pipelines:
    """The pipelines of the workspace; no statement where they were met before."""
    mark = stamps.stamp(session, STAMP)
    if mark is None:
        return _read(session)
    tenant: TenantFacts = session.info["tenant"]
    return _remembered.get((tenant.id, mark), lambda: _read(session))


def _read(session: Session) -> Pipelines:
    stages: dict[str, list[Stage]] = {}
    for stage in session.scalars(select(Stage).order_by(Stage.position, Stage.id)):
        stages.setdefault(stage.pipeline_id, []).append(stage)
    rows = session.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id))
    return Pipelines(tuple(_pipeline(row, stages.get(row.id, ())) for row in rows))


def _pipeline(row: Pipeline, stages: Sequence[Stage]) -> PipelineFacts:
    asked: dict[str, None] = {}
    found = []
    for stage in stages:
        own = tuple(stage.required)
        if stage.retired_at is None:
            asked |= dict.fromkeys(own)
        found.append(
            StageFacts(
                stage.id,
                stage.pipeline_id,
                dict(stage.name),
                Decimal(stage.probability),
                stage.forecast_category,
                stage.colour,
                stage.stale_after,
                tuple(asked),
                own,
                stage.retired_at is not None,
            )
        )
    return PipelineFacts(row.id, dict(row.name), row.is_retired, row.version, tuple(found))


def pipeline_options(session: Session) -> tuple[Option, ...]:
    """The pipelines as the options of a choice."""
    return tuple(
        Option(one.id, one.name, is_retired=one.is_retired or not one.in_use)
        for one in load_pipelines(session).all
    )


def stage_options(session: Session) -> tuple[Option, ...]:
    """The stages as the options of a choice, with their pipelines where there are several."""
    known = load_pipelines(session)
    is_told = len(known.all) > 1
    return tuple(
        Option(
            stage.id,
            _told(pipeline.name, stage.name) if is_told else stage.name,
            stage.colour,
            is_retired=stage.is_retired or pipeline.is_retired,
            group=pipeline.id,
            short=stage.name,
            stale_after=stage.stale_after,
        )
        for pipeline in known.all
        for stage in pipeline.stages
    )


def _told(pipeline: Mapping[str, str], stage: Mapping[str, str]) -> dict[str, str]:
    """A stage with the pipeline that it is of, in each language that either of them has."""
    languages = [one for one in LOCALES if one in pipeline or one in stage]
    return {one: f"{pick(pipeline, one)} · {pick(stage, one)}" for one in languages}
