"""What differs when the app runs from an installer instead of a checkout."""

from __future__ import annotations

import os
import sys


def is_installed() -> bool:
    """True in a program that PyInstaller made."""
    return bool(getattr(sys, "frozen", False))


def tidy_environment() -> None:
    """Give programs that we start (a browser for a link, say) the environment that we were given.

    PyInstaller's loader puts our own libraries into `LD_LIBRARY_PATH` and keeps the former value in
    `LD_LIBRARY_PATH_ORIG`. Ours are found without it by now; a browser would load them by mistake.
    """
    former = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if former is not None:
        os.environ["LD_LIBRARY_PATH"] = former
    elif is_installed():
        os.environ.pop("LD_LIBRARY_PATH", None)
