"""What every layer stands on; knows no Flask and no record type."""
