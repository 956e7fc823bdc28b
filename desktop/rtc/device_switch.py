"""Opening and closing one device: off the loop, one call at a time, never left half open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class DeviceSwitch:
    """Serialises the calls on one device.

    Drivers may take long to open or close, and media must flow meanwhile: the calls run in a worker
    thread.

    Args:
        open_device: opens the device or raises `RtcError`.
        close_device: releases it; may be called at any time.
    """

    def __init__(self, open_device: Callable[[], None], close_device: Callable[[], None]) -> None:
        self._open_device = open_device
        self._close_device = close_device
        self._lock = asyncio.Lock()
        self._touched = False
        self._on = False

    @property
    def on(self) -> bool:
        """The device is open."""
        return self._on

    async def switch_on(self) -> None:
        """Open the device; does nothing when it is open.

        Raises:
            RtcError: a device code, when it does not open.
        """
        async with self._lock:
            if self._on:
                return
            self._touched = True
            await self._run(self._open_device)
            self._on = True

    async def switch_off(self) -> None:
        """Release the device; does nothing when it was never opened."""
        async with self._lock:
            if not self._touched:
                return
            self._touched = self._on = False
            await self._run(self._close_device)

    async def _run(self, call: Callable[[], None]) -> None:
        work = asyncio.get_running_loop().run_in_executor(None, call)
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            # A thread cannot be stopped: the device is not free before the call has ended.
            await asyncio.wait([work])
            if not work.cancelled():
                work.exception()  # taken, so that nobody reports it as forgotten
            raise
