"""Rules for every test: Qt is offscreen, nothing is left running, real time is not shared."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.support.real_time import real_time_rank

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

KEPT_THREADS = ("asyncio_", "ThreadPoolExecutor", "pytest_timeout", "pytest-timeout")
"""Idle workers of a loop's pool end with their loop; pytest's own watchdog is not ours."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Campaigns run a short slice by default."""
    parser.addoption("--long", action="store_true", help="run campaigns in full length (many minutes)")


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


@pytest.fixture(autouse=True, scope="session")
def patient_qtbot() -> Iterator[None]:
    """pytest-qt waits five seconds unless told; a machine that does ten other things may need more."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("waitSignal", "waitSignals", "waitUntil", "waitActive", "waitExposed"):
            patch.setattr(QtBot, name, functools.partialmethod(getattr(QtBot, name), timeout=30_000))
        yield


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With workers (`-n`), one of them runs what lives in real time: `tests.support.real_time`."""
    if config.getvalue("dist") == "each":
        return None
    from tests.support.scheduling import RealTimeScheduling  # noqa: PLC0415 - needs pytest-xdist

    return RealTimeScheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make what a test logged fit for the way from a worker, which takes whole UTF-8 only."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lives in real time comes in the order of `REAL_TIME`, behind everything else."""
    items.sort(key=lambda item: real_time_rank(item.nodeid))
