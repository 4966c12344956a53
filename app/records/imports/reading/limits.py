"""The limits of what is read. They are far above real tables and far below what would hurt."""

from __future__ import annotations

MEGABYTE = 1_000_000
MOST_BYTES = 256 * 1024 * 1024  # Of a file as it is sent.
MOST_UNPACKED = 1_000 * MEGABYTE  # Of a compressed text; a million rows of a kilobyte.
MOST_IN_WORKBOOK = 600 * MEGABYTE  # Of all parts of a workbook together.
MOST_PARTS = 5_000  # Of a workbook.
MOST_RATIO = 200  # Times that real tables never shrink by ...
RATIO_FROM = 20 * MEGABYTE  # ... asked of what unpacks to more than this.
MOST_COLUMNS = 500
LONGEST_LINE = 4_000_000  # Characters of one line, or of all cells of one row.
LONGEST_CELL = 131_072  # Characters; the limit of the csv module.
LONGEST_ANSWER = 6 * LONGEST_LINE  # Bytes of a row as JSON, which writes some signs in six.
LONGEST_SHEET = 1_000  # Characters of the name of a sheet.
HEAD_ROWS = 200  # Rows by which columns, head and delimiter are found, and that samples show ...
HEAD_LENGTH = 2_000_000  # ... but no further row where they have more characters than this.
CHILD_MEMORY = 1_200 * MEGABYTE  # Address space of the process that reads a workbook.
CHILD_SECONDS = 120  # Its processor time.
CHILD_SILENCE = 60  # Seconds that it may say nothing.
