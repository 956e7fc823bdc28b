"""A screen without a monitor (Xvfb), keys pressed on it, pictures taken of it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from installers.environment import BuildError, run

_GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(["grab"])
picture = app.primaryScreen().grabWindow(0)
if picture.isNull() or not picture.save(sys.argv[1]):
    raise SystemExit("cannot take a picture of the screen")
"""


class Screen:
    """One X server for as long as the `with` block lasts; the server chooses a free number."""

    def __init__(self, width_px: int = 1280, height_px: int = 800) -> None:
        self._size = f"{width_px}x{height_px}x24"
        self._server: subprocess.Popen[bytes] | None = None
        self.display = ""

    def __enter__(self) -> Screen:
        reader, writer = os.pipe()
        # Without `-noreset` the server starts anew whenever its last program, such as xdotool, has gone.
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", self._size, "-noreset", "-ac"]
        quiet = subprocess.DEVNULL
        self._server = subprocess.Popen(command, pass_fds=[writer], stdout=quiet, stderr=quiet)
        os.close(writer)
        number = b""
        # The whole line: the server ends when nobody reads the end of it.
        while not number.endswith(b"\n") and select.select([reader], [], [], 30)[0]:
            part = os.read(reader, 16)
            if not part:
                break
            number += part
        os.close(reader)
        if not number.endswith(b"\n"):
            self._server.kill()
            self._server.wait()
            raise BuildError("Xvfb did not start")
        self.display = f":{number.decode().strip()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(10)

    @property
    def environment(self) -> dict[str, str]:
        """For programs that draw on it."""
        return {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def tool(self, *words: str, allowed: tuple[int, ...] = (0,)) -> str:
        """Run xdotool and return what it said."""
        return run(["xdotool", *words], env=self.environment, allowed=allowed, timeout_s=60).stdout.strip()

    def window(self, title: str, timeout_s: float = 60) -> str:
        """The id of the window whose title matches, once it is visible.

        Raises:
            BuildError: none came.
        """
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            found = self.tool("search", "--onlyvisible", "--name", title, allowed=(0, 1)).split()
            if found:
                return found[-1]
            time.sleep(0.5)
        raise BuildError(f"no window called {title!r} within {timeout_s:.0f} s")

    def focus(self, window: str) -> None:
        """Give a window the keys, as a window manager would."""
        self.tool("windowraise", window)
        self.tool("windowfocus", "--sync", window)

    def type(self, text: str) -> None:
        """Type text into whatever has the focus."""
        self.tool("type", "--delay", "40", text)

    def press(self, key: str) -> None:
        """Press one key."""
        self.tool("key", key)

    def picture(self, file: Path) -> Path:
        """Save the whole screen as PNG."""
        run([sys.executable, "-c", _GRAB, file], env=self.environment, timeout_s=60)
        return file
