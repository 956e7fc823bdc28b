"""Keeps what the codecs allocate compact: without this a long call looks like a leak.

glibc gives every thread that allocates at the same time an arena of its own, up to eight for each
core, and keeps what they have freed. Codecs come and go in many short-lived threads, so the process
grows by tens of megabytes over the first dozens of streams, none of which is in use any more. Other
systems' allocators give back by themselves; there, all of this does nothing.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import sys
import time

log = logging.getLogger(__name__)

ARENAS = 2
"""Measured over 40 visits to a room: 200 to 256 MB with glibc's default, 200 to 223 MB with two."""

GIVE_BACK_EVERY_S = 30.0
"""At most this often: looking through the heap takes some milliseconds, during which others may wait."""

_M_ARENA_MAX = -8


class NativeMemory:
    """The process's C heap.

    Args:
        libc: glibc, or None where there is another allocator.
    """

    def __init__(self, libc: ctypes.CDLL | None) -> None:
        self._libc = libc
        self._given_back_at_s = 0.0
        self._limited = False

    def limit_arenas(self) -> None:
        """Let all threads share few arenas, from now on; once for the process, again does nothing."""
        if self._libc is not None and not self._limited:
            self._limited = True
            if not self._libc.mallopt(_M_ARENA_MAX, ARENAS):
                log.debug("the allocator keeps its number of arenas")

    async def give_back(self) -> bool:
        """Give what is free back to the system, unless that was done a moment ago; True when done.

        For when something large has ended: a stream, a room.
        """
        now_s = time.monotonic()
        if self._libc is None or now_s - self._given_back_at_s < GIVE_BACK_EVERY_S:
            return False
        self._given_back_at_s = now_s
        # ctypes lets go of the interpreter's lock meanwhile.
        await asyncio.to_thread(self._libc.malloc_trim, 0)
        return True


def _glibc() -> ctypes.CDLL | None:
    """The C library, when it is one with these functions."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None


NATIVE_MEMORY = NativeMemory(_glibc())
"""Of this process, which has only one."""
