"""Keeps the heaps small: Python's collector from walking over what never changes, the C heap compact.

A full collection of garbage looks at everything there is, 30 ms of it nothing but modules and classes, and
every picture waits meanwhile. As for the C heap, each thread that frees through its own arena would keep
what it freed: decoders' threads come and go with every stream; with glibc's default of eight arenas a core
a server that people enter and leave all day grows by hundreds of KiB a minute.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
import time

GIVE_BACK_EVERY_S = 30.0
"""At most this often: looking through the heap takes some milliseconds."""

_M_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Let all threads share few arenas, from now on."""
    if (heap := _glibc()) is not None:
        heap.mallopt(_M_ARENA_MAX, _ARENAS)


def set_start_apart() -> None:
    """Let the collector look only at what is made from now on; once everything is imported."""
    gc.collect()
    gc.freeze()


class Trim:
    """Gives what is free back to the system when endpoints have ended, now and then."""

    def __init__(self) -> None:
        self._given_back_at_s = 0.0

    async def give_back(self) -> bool:
        """Give back, unless that was done a moment ago; True when done."""
        heap = _glibc()
        now_s = time.monotonic()
        if heap is None or now_s - self._given_back_at_s < GIVE_BACK_EVERY_S:
            return False
        self._given_back_at_s = now_s
        await asyncio.to_thread(heap.malloc_trim, 0)
        return True


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
