"""The tables of insight."""

from app.insight.models.rescue import InsightRescue
from app.insight.models.run import InsightRun
from app.insight.models.settings import InsightSettings
from app.insight.models.snapshot import InsightSnapshot

__all__ = ["InsightRescue", "InsightRun", "InsightSettings", "InsightSnapshot"]
