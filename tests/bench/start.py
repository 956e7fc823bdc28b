"""From starting the client's app to a log-in card one can type into, and to the filled list; beside bare Qt.

Beside it, by turns in the same run: a program that imports PySide6 and shows an empty window. Both are
started as people start them, by `python -m`, with their modules compiled. With it: how long importing
takes, and what an app with its list open uses while nothing happens.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.app_in_room import alice_signed_in, cpu_s, servers, tree
from tests.bench.row import LEAST_ROUNDS, BenchError, Options, Row, row_of
from tests.end_to_end.stack import ALICE, PASSWORD, Stack
from tests.support.app_process import AppProcess
from tests.support.kept_keyring import keyring_at

IDLE_S = 20.0
SETTLE_S = 5.0
KEPT = "kept"
"""Whose session goes on."""
_LIMIT_S = 60.0
_BARE = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
window = QWidget()
window.resize(460, 680)
window.show()
QTimer.singleShot(0, lambda: (print(time.monotonic(), flush=True), app.quit()))
app.exec()
"""


def bare_window() -> float:
    """Seconds until a window of PySide6 alone is on screen.

    Raises:
        BenchError: it did not come.
    """
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _BARE], capture_output=True, text=True, timeout=_LIMIT_S, check=False
    )
    if done.returncode:
        raise BenchError(f"the bare window failed: {done.stderr[-400:]}")
    return float(done.stdout.split()[-1]) - began_s


def importing() -> float:
    """Seconds that importing the participant's app takes."""
    code = (
        "import time; began = time.perf_counter(); from desktop.lean_imports import begin_start; "
        "begin_start(); import desktop.participant, desktop.app.start; "
        "print(time.perf_counter() - began)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=_LIMIT_S, check=True
    )
    return float(done.stdout)


async def log_in_card(stack: Stack, folder: Path, number: int) -> float:
    """Seconds from the start of a new user's app to a button that can be pressed."""
    app = AppProcess(
        "participant",
        f"fresh{number}",
        stack.service_url,
        folder,
        ("--camera", "test"),
        module="tests.bench.lean_app",
    )
    began_s = time.monotonic()
    try:
        await app.start()
        seen = await app.do("find", object="signInButton", timeout_s=_LIMIT_S)
        return float(seen["at"]) - began_s
    finally:
        await app.stop()


async def kept_session(stack: Stack, folder: Path) -> dict[str, str]:
    """Alice signs in and closes her app; the environment in which its next start goes on with her session."""
    kept = keyring_at(folder / "kept.json")
    app = AppProcess("participant", KEPT, stack.service_url, folder, ("--camera", "test"), env=kept)
    try:
        await app.start()
        await app.sign_in(ALICE, PASSWORD)
    finally:
        await app.quit()
    return kept


async def filled_list(stack: Stack, folder: Path, kept: dict[str, str]) -> float:
    """Seconds from the start of an app whose session is kept to its list, as the service has it now."""
    app = AppProcess(
        "participant",
        KEPT,
        stack.service_url,
        folder,
        ("--camera", "test"),
        module="tests.bench.lean_app",
        env=kept,
    )
    began_s = time.monotonic()
    try:
        await app.start()
        await app.do("list", timeout_s=_LIMIT_S)
        return time.monotonic() - began_s
    finally:
        await app.quit()


async def idle(stack: Stack, folder: Path, number: int) -> float:
    """Share of a core that an app takes whose list is open."""
    async with alice_signed_in(stack, folder, None, f"idle{number}") as app:
        await asyncio.sleep(SETTLE_S)
        pids = tree(app.process.pid)
        used_s, began_s = cpu_s(pids), time.monotonic()
        await asyncio.sleep(IDLE_S)
        return (cpu_s(pids) - used_s) / (time.monotonic() - began_s)


async def measure(rounds: int) -> list[Row]:
    """Everything, by turns."""
    ours: list[float] = []
    bare: list[float] = []
    lists: list[float] = []
    imports: list[float] = []
    shares: list[float] = []
    async with servers() as (stack, _openvidu, folder):
        await log_in_card(stack, folder, -1)  # compiles what is not compiled yet
        kept = await kept_session(stack, folder)
        await filled_list(stack, folder, kept)
        for number in range(rounds):
            bare.append(await asyncio.to_thread(bare_window))
            ours.append(await log_in_card(stack, folder, number))
            lists.append(await filled_list(stack, folder, kept))
            imports.append(await asyncio.to_thread(importing))
        shares.append(100 * await idle(stack, folder, 0))
    return [
        row_of("start/log-in", ours, bare, unit="s", aim=2.0, environment=_screen()),
        row_of("start/list", lists, bare, unit="s", aim=2.0, environment=_screen()),
        row_of("start/import", imports, bare, unit="s"),
        row_of("start/idle", shares, 0.5, unit="% of a core", seconds=IDLE_S),
    ]


def _screen() -> str:
    return os.environ.get("QT_QPA_PLATFORM", "native")


def run(options: Options) -> list[Row]:
    """Measure.

    Raises:
        BenchError: a window did not come.
    """
    return asyncio.run(measure(options.rounds or LEAST_ROUNDS))
