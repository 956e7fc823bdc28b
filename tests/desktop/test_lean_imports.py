"""What a start leaves out, and that it is made up for once the window is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
from desktop.lean_imports import begin_start
begin_start()
import asyncio, gc, sys
held = not gc.isenabled()
from desktop.app.settling import settle
asyncio.run(settle())
print(held, gc.isenabled(), gc.get_freeze_count() > 10_000, bool(sys.modules.get("rich")))
"""


def test_collecting_waits_for_the_window_and_begins_then() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True, timeout=100
    )
    assert done.stdout.split() == ["True", "True", "True", "False"]
