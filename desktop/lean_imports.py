"""Keeps out of a start what a window does not need.

- httpx and structlog load rich, pygments and click where they happen to be installed, as beside our
  tests: 0.1 s of every start for coloured text that a window never shows.
- Python's collector looks through everything that was imported again and again while more is imported:
  a fifth of the processor time of a start (0.48 → 0.38 s), and it finds nothing, for modules stay.
"""

from __future__ import annotations

import gc
import sys


def begin_start() -> None:
    """Before any other import, in the apps alone."""
    gc.disable()
    # Importing them fails from here on, which both libraries expect.
    for name in ("rich", "click"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # how Python is told that there is none


def end_start() -> None:
    """The window is there: collect again, and leave what was imported out of it for good.

    Collections while the app runs are shorter by that, too. Does nothing without `begin_start`.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
