"""Documents: texts that a firm writes once for many records, and papers made of records."""
