"""Rules for every test: Qt is offscreen, nothing is left running."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before pytest-qt imports PySide6: see `desktop/__init__.py`.
os.environ.setdefault("PYSIDE6_OPTION_LAZY", "0")

KEPT_THREADS = ("asyncio_", "ThreadPoolExecutor", "pytest_timeout", "pytest-timeout")
"""Idle workers of a loop's pool end with their loop; pytest's own watchdog is not ours."""


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread of its own behind."""
    before = set(threading.enumerate())
    yield
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not thread.name.startswith(KEPT_THREADS)
    ]
    for thread in left:
        thread.join(timeout=2)
    names = [thread.name for thread in left if thread.is_alive()]
    assert not names, f"threads left running: {names}"
