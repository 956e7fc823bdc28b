"""Tasks end with their scope, and their errors are heard."""

from __future__ import annotations

import asyncio
import logging

import pytest

from desktop.view_models.tasks import TaskScope
from tests.support.waiting import until


async def test_closing_cancels_what_runs_and_waits_for_its_end() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    scope = TaskScope()
    scope.start(work())
    await asyncio.sleep(0)
    await scope.close()
    assert ended.is_set()
    assert scope.count == 0


async def test_an_unexpected_error_is_logged_and_reported(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[BaseException] = []
    scope = TaskScope(heard.append)

    async def work() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR):
        scope.start(work(), name="division")
        await until(lambda: heard)
    assert isinstance(heard[0], ZeroDivisionError)
    assert "division" in caplog.text
    await scope.close()


async def test_nothing_starts_in_a_closed_scope() -> None:
    scope = TaskScope()
    await scope.close()
    scope.start(asyncio.sleep(0))
    assert scope.count == 0


async def test_a_task_may_close_its_own_scope() -> None:
    scope = TaskScope()
    done = asyncio.Event()

    async def work() -> None:
        await scope.close()
        done.set()

    scope.start(work())
    await asyncio.wait_for(done.wait(), 2)
