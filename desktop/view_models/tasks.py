"""Who owns a background task, and its end.

Every coroutine the user interface starts belongs to a `TaskScope`; closing the scope cancels
what still runs and waits for it, so nothing outlives its window.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

OnUnexpected = Callable[[BaseException], None]


class TaskScope:
    """Starts tasks and ends with them.

    Args:
        on_unexpected: told about an exception that nobody handled (the crash reporter). It is
            always logged as well.
    """

    def __init__(self, on_unexpected: OnUnexpected | None = None) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_unexpected = on_unexpected
        self._closed = False

    @property
    def count(self) -> int:
        """Tasks that still run."""
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], *, name: str | None = None) -> None:
        """Run a coroutine in the background; after `close()` it is dropped unrun."""
        if self._closed:
            work.close()
            return
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            log.error("background task %s failed", task.get_name(), exc_info=error)
            if self._on_unexpected is not None:
                self._on_unexpected(error)

    async def close(self) -> None:
        """Cancel what runs and wait until it has ended. Safe more than once.

        The task that calls it is left alone: it is the one doing the closing.
        """
        self._closed = True
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
