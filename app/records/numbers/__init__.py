"""Numbers of records: Q-2026-0001, Q-2026-0002, each once and none left out."""
