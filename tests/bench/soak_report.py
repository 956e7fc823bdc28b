"""What a process under soak tells its parent: one line of JSON every few seconds."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable, Mapping

import psutil

SAMPLE_S = 5.0
"""Between two samples."""
QUANTITIES = ("rss_kib", "sockets", "open_files", "tasks", "threads")
"""What must not grow."""


def sample() -> dict[str, float]:
    """The quantities of this process; must be called on its loop."""
    process = psutil.Process()
    with process.oneshot():
        return {
            "rss_kib": process.memory_info().rss / 1024,
            "sockets": float(len(process.net_connections("all"))),
            "open_files": float(_open_files(process)),
            "tasks": float(len(asyncio.all_tasks())),
            "threads": float(process.num_threads()),
        }


def _open_files(process: psutil.Process) -> int:
    if sys.platform == "win32":
        return int(process.num_handles())
    return int(process.num_fds())


def tell(line: Mapping[str, object]) -> None:
    """Write one line to the parent."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


async def report(more: Callable[[], Mapping[str, object]] = dict) -> None:
    """Tell a sample every `SAMPLE_S`, with `more` in it, until cancelled."""
    while True:
        await asyncio.sleep(SAMPLE_S)
        tell({"at_s": time.monotonic(), **sample(), **more()})


def tell_the_last(more: Mapping[str, object]) -> None:
    """Tell a last sample with `collected_rss_kib`: what is left once all garbage is collected."""
    natural = sample()
    gc.collect()
    tell({"at_s": time.monotonic(), **natural, **more, "collected_rss_kib": sample()["rss_kib"]})


async def parent_is_done() -> None:
    """Returns when our standard input ends; no thread waits for it."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        await reader.read()
    finally:
        transport.close()
