"""Whether a port can be had: asked before anything is installed or started.

The launcher asks too, from a bare Python, so this file takes the standard library alone.
"""

import socket

DEFAULT_PORT = 8000


def port_problem(port: int) -> str | None:
    """Return the sentence that says why a port of this machine can't be had, or None."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return f"Port {port} needs more rights; choose one above 1023."
        except OSError:
            return f"Port {port} is in use: stop what runs there or choose another with --port."
    return None
