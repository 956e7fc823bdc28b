"""The C heap's arenas are limited where there is glibc, and nothing breaks where there is not."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from openvidu_local import heap

COUNT = """
import sys, threading
from openvidu_local.heap import share_arenas
if "shared" in sys.argv:
    share_arenas()
import ctypes, time
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(9)
def work():
    libc.malloc(1000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
together.wait()
for thread in threads:
    thread.join()
libc.malloc_stats()
"""


def arenas(*arguments: str) -> int:
    """How many arenas a process has whose eight threads all allocate."""
    told = subprocess.run(
        [sys.executable, "-c", COUNT, *arguments], capture_output=True, text=True, check=True
    )
    return told.stderr.count("Arena ")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")
def test_threads_share_two_arenas() -> None:
    assert arenas() > 2
    assert arenas("shared") <= 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc is Linux's")
async def test_memory_is_given_back_but_not_all_the_time() -> None:
    trim = heap.Trim()
    assert await trim.give_back()
    assert not await trim.give_back()


FROZEN = """
import gc, openvidu_local.__main__ as program
async def serve(options):
    print(gc.get_freeze_count(), len(gc.get_objects()))
program.serve = serve
program.main([])
"""


def test_the_program_sets_its_start_apart() -> None:
    """What was imported is nothing that the collector looks at while pictures are forwarded."""
    told = subprocess.run([sys.executable, "-c", FROZEN], capture_output=True, text=True, check=True)
    apart, looked_at = map(int, told.stdout.split())
    assert apart > 20_000
    assert looked_at < apart / 10


async def test_another_system_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: pytest.fail("there is no such library"))
    heap.share_arenas()
    assert not await heap.Trim().give_back()
