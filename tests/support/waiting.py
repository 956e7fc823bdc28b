"""Waiting for a state instead of for the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], what: str = "the condition", timeout_s: float = 5.0) -> None:
    """Let the loop run until `condition()` is true.

    Raises:
        AssertionError: it did not become true in time.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"{what} did not happen within {timeout_s} s")
        await asyncio.sleep(0.005)
