"""Makes PySide6's classes before a second thread uses Qt, and not before the first window is shown.

PySide 6.11 makes each of its classes when it is first needed. Two threads that need one at the same
moment crash the process (Shiboken's search for the class of a returned object walks the classes that
are being made), and our devices have Qt threads of their own beside the main thread. So no start waits
for the seven hundred classes that it does not show (0.08 s), and every way to a device comes by
`make_classes` first: then there is none left to make.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections.abc import Iterator

STEP_S = 0.004
"""How long one step of `class_steps` works at most, but for a single class that takes longer."""

_PACKAGE = "PySide6."
_made: set[str] = set()
_lock = threading.RLock()


def make_classes() -> None:
    """Make every class of the Qt modules that are imported so far; costs nothing when there is none left.

    To be called in the main thread while no other uses Qt, or by whoever starts the first that does.
    """
    for _ in class_steps():
        pass


def class_steps() -> Iterator[None]:
    """The same in steps of a few milliseconds, for a loop that has something else to do between them."""
    began_s = time.perf_counter()
    # A copy: other threads may be importing.
    loaded = [name for name in list(sys.modules) if name.startswith(_PACKAGE + "Qt")]
    for name in [each for each in loaded if each not in _made]:
        module = sys.modules[name]
        for member in dir(module):
            with _lock:
                getattr(module, member)  # what PySide makes a class by
            if time.perf_counter() - began_s > STEP_S:
                yield
                began_s = time.perf_counter()
        _made.add(name)


def import_qt(name: str) -> None:
    """Import one more module of Qt, such as `QtMultimedia`, and make its classes. In the main thread.

    Quick (`QtMultimedia`: 0.01 s) as long as Qt's own libraries are not asked for anything.
    """
    importlib.import_module(_PACKAGE + name)
    make_classes()
