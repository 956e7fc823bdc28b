"""What the first window does not wait for: the rest of Qt's classes, and the tray with what is behind it."""

from __future__ import annotations

import asyncio
import importlib

from desktop.lean_imports import end_start
from desktop.qt_classes import class_steps

LATER = ("httpcore", "desktop.app.presence_wiring")
"""What every app needs soon. Imported in a worker thread, which uses classes of Qt: they are made before."""


async def settle() -> None:
    """Load it while the loop runs on; the window can be used from the first turn."""
    for _ in class_steps():
        await asyncio.sleep(0)
    for name in LATER:
        await asyncio.to_thread(importlib.import_module, name)
    end_start()
