"""How long an installed program takes to its first window, beside the same from the checkout.

Both in turn, so that whatever else the machine does hits both. *Cold* means that the system has given
the files back from its memory, those of the two alone (`posix_fadvise`); *warm* that it just read them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from installers.environment import BuildError, require_tools
from installers.host_servers import PYTHON
from installers.payload import program
from installers.products import ROOT, VISIO_INSTALLABLE
from installers.screen import Screen

LIMIT_S = 60.0
NOBODY = "http://127.0.0.1:9"
"""Nothing answers there, so the log-in card is the first window."""


def forget(folder: Path) -> None:
    """Make the system read a folder's files from disk the next time."""
    for path in files(folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def files(folder: Path) -> Iterator[Path]:
    """All files below a folder, links not followed."""
    for each in folder.rglob("*"):
        if each.is_file() and not each.is_symlink():
            yield each


def first_window_s(command: list[str], screen: Screen) -> float:
    """Seconds from the start of a program to its first window.

    Raises:
        BuildError: none came.
    """
    with tempfile.TemporaryDirectory() as profile:
        arguments = [*command, "--backend", NOBODY, "--profile", profile]
        environment = {**os.environ, **screen.environment}
        # As people start it: with compiled modules on disk.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        search = ["xdotool", "search", "--onlyvisible", "--name", VISIO_INSTALLABLE.name]
        quiet = subprocess.DEVNULL
        began = time.monotonic()
        process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
        try:
            while time.monotonic() - began < LIMIT_S:
                if subprocess.run(search, env=environment, capture_output=True, check=False).stdout:
                    return time.monotonic() - began
                time.sleep(0.01)
        finally:
            process.terminate()
            process.wait(30)
    raise BuildError(f"{command[0]}: no window within {LIMIT_S:.0f} s")


def measure(payload: Path, rounds: int = 7) -> dict[str, Any]:
    """Medians in seconds and their ratio, warm and cold."""
    require_tools("Xvfb", "xdotool")
    installed = [str(program(payload, VISIO_INSTALLABLE))]
    checkout = [str(PYTHON), "-m", "desktop.participant"]
    found: dict[str, Any] = {"rounds": rounds}
    with Screen() as screen:
        for command in (installed, checkout):
            first_window_s(command, screen)
        for kind in ("warm", "cold"):
            seconds: dict[str, list[float]] = {"installed": [], "checkout": []}
            for _ in range(rounds):
                for name, command, folder in (
                    ("installed", installed, payload),
                    ("checkout", checkout, ROOT / ".venv"),
                ):
                    if kind == "cold":
                        forget(folder)
                    seconds[name].append(first_window_s(command, screen))
            medians = {name: statistics.median(values) for name, values in seconds.items()}
            found[kind] = {
                **{f"{name}_s": round(value, 2) for name, value in medians.items()},
                "ratio": round(medians["installed"] / medians["checkout"], 2),
                "spread": {name: round(max(each) - min(each), 2) for name, each in seconds.items()},
            }
    return found
