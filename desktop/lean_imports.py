"""Keeps out of a start what only terminals need.

httpx and structlog load rich, pygments and click where they happen to be installed, as beside our
tests: 0.1 s of every start for coloured text that a window never shows.
"""

from __future__ import annotations

import sys


def leave_out_terminal_libraries() -> None:
    """Make importing them fail, which both libraries expect; before any other import, in the apps alone."""
    for name in ("rich", "click"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # how Python is told that there is none
