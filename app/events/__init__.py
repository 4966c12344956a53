"""The one history: a row per change is audit, timeline, trigger, outbox and undo."""

from app.events.models import Event
from app.events.write import event_row, write_event

__all__ = ["Event", "event_row", "write_event"]
