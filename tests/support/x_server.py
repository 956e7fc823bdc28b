"""A private X server with a window manager, for tests of screens and windows that are really shown.

Qt connects to one display per process, so tests run what they measure in a process of its own, with
`XServer.environment`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

NEEDED_PROGRAMS = ("Xvfb", "openbox", "xprop")
START_LIMIT_S = 40.0


def missing_programs() -> list[str]:
    """Which of the needed programs are not installed (Debian: xvfb, openbox, x11-utils)."""
    return [name for name in NEEDED_PROGRAMS if shutil.which(name) is None]


@dataclass(frozen=True, slots=True)
class XServer:
    """A running server.

    Attributes:
        display: its name, such as ":7".
    """

    display: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make a process show its windows here, as in a session that nobody manages."""
        return {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb", "XDG_SESSION_TYPE": ""}


@contextmanager
def x_server(size: str = "1920x1080") -> Iterator[XServer]:
    """Run Xvfb on a free display, with openbox, and stop both afterwards.

    Raises:
        TimeoutError: one of them was not ready in time.
    """
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, pass_fds=[writing], **quiet) as server:  # type: ignore[call-overload]
        try:
            os.close(writing)
            with os.fdopen(reading) as line:
                number = line.readline().strip()  # written when clients may come; "" when it died
            if not number:
                raise TimeoutError("Xvfb did not start")
            found = XServer(f":{number}")
            environment = {**os.environ, **found.environment}
            with subprocess.Popen(["openbox"], env=environment, **quiet) as manager:  # type: ignore[call-overload]
                try:
                    _wait_for_manager(environment)
                    yield found
                finally:
                    manager.terminate()
        finally:
            server.terminate()


def _wait_for_manager(environment: dict[str, str]) -> None:
    """Wait until somebody keeps the list of windows."""
    limit_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit_s:
        asked = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
        said = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False).stdout
        if "window id" in said:
            return
        time.sleep(0.05)
    raise TimeoutError("the window manager did not start")
