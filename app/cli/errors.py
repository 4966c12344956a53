"""The one error that a command answers with: a clear sentence and exit code 1."""


class CommandError(Exception):
    """Ends a command: `main` prints the sentence to stderr without a traceback and exits 1."""
