"""Owned tasks end with their owner, cleanly."""

from __future__ import annotations

import asyncio

import pytest

from desktop.rtc.tasks import OwnedTasks, finish


async def test_closing_waits_for_the_end() -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    tasks = OwnedTasks()
    tasks.start(work(), name="work")
    await asyncio.sleep(0)
    await tasks.close()
    assert ended == [True]
    assert tasks.start(work(), name="late") is None


async def test_a_failure_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise KeyError("lost key")

    tasks = OwnedTasks()
    task = tasks.start(work(), name="doomed")
    assert task is not None
    await asyncio.wait([task])
    await tasks.close()
    assert "doomed" in caplog.text
    assert "lost key" in caplog.text


async def test_stopping_twice_does_not_interrupt_the_end() -> None:
    """The second cancellation would leave a connection half closed."""
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(3):
                await asyncio.sleep(0)
            ended.append(True)

    tasks = OwnedTasks()
    task = tasks.start(work(), name="work")
    assert task is not None
    await asyncio.sleep(0)
    tasks.stop(task)
    await asyncio.sleep(0)
    tasks.stop(task)
    await tasks.close()
    assert ended == [True]


async def test_finish_goes_on_when_cancelled() -> None:
    """Then the cancellation takes effect."""
    steps = []
    release = asyncio.Event()

    async def closing() -> None:
        await release.wait()
        steps.append("closed")

    caller = asyncio.create_task(finish(closing()))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    release.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert steps == ["closed"]


async def test_finish_passes_errors_on() -> None:
    async def closing() -> None:
        raise KeyError("stuck")

    with pytest.raises(KeyError):
        await finish(closing())
