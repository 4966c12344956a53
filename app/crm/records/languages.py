"""The languages that customers are written to in: those of the service."""

from __future__ import annotations

from app.kernel.language import _
from app.records.fields import Option

LANGUAGES = (Option("zh-CN", _("Simplified Chinese")), Option("en", _("English")))
