"""Waiting for a state instead of for the clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

LIMIT_S = 40.0
"""Long enough for a machine that does ten other things; what happens is seen at once all the same."""


async def until(
    condition: Callable[[], object], what: str = "the condition", timeout_s: float = LIMIT_S
) -> None:
    """Let the loop run until `condition()` is true.

    Raises:
        AssertionError: it did not become true in time.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"{what} did not happen within {timeout_s} s")
        await asyncio.sleep(0.005)


def wait_until_blocking(
    condition: Callable[[], object], what: str = "the condition", timeout_s: float = 30.0
) -> None:
    """The same where no loop runs, for what other threads do.

    Raises:
        AssertionError: it did not become true in time.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {timeout_s} s")
        time.sleep(0.002)
