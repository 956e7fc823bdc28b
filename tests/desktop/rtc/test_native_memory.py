"""The C heap is limited once, and given back now and then."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass, field
from typing import cast

import pytest

from desktop.rtc import native_memory
from desktop.rtc.native_memory import ARENAS, NATIVE_MEMORY, NativeMemory


@dataclass
class Heap:
    """What is asked of the C library."""

    calls: list[tuple[str, int, int]] = field(default_factory=list)

    def mallopt(self, what: int, value: int) -> int:
        """Note it."""
        self.calls.append(("mallopt", what, value))
        return 1

    def malloc_trim(self, keep: int) -> int:
        """Note it."""
        self.calls.append(("malloc_trim", keep, 0))
        return 1


def of(heap: Heap) -> NativeMemory:
    """The memory of a process with that heap."""
    return NativeMemory(cast("ctypes.CDLL", heap))


def test_arenas_are_limited_once() -> None:
    heap = Heap()
    memory = of(heap)
    memory.limit_arenas()
    memory.limit_arenas()
    assert heap.calls == [("mallopt", -8, ARENAS)]


async def test_what_is_free_is_given_back_but_not_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    heap = Heap()
    memory = of(heap)
    now_s = 100.0
    monkeypatch.setattr("desktop.rtc.native_memory.time.monotonic", lambda: now_s)
    assert await memory.give_back()
    assert not await memory.give_back()
    now_s += native_memory.GIVE_BACK_EVERY_S
    assert await memory.give_back()
    assert heap.calls == [("malloc_trim", 0, 0)] * 2


async def test_another_allocator_is_left_alone() -> None:
    memory = NativeMemory(None)
    memory.limit_arenas()
    assert not await memory.give_back()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")
async def test_the_real_one_works_here() -> None:
    memory = NativeMemory(native_memory._glibc())
    memory.limit_arenas()
    assert await memory.give_back() == (native_memory._glibc() is not None)
    assert isinstance(NATIVE_MEMORY, NativeMemory)
