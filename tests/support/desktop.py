"""A small desktop to try apps on: X server, session bus, window manager, tray, notices.

Each is the real program (Xvfb, dbus-daemon, openbox, trayer, dunst); `missing()` names those that
this machine has not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.waiting import until

PROGRAMS = ("Xvfb", "dbus-daemon", "openbox", "trayer", "dunst", "dunstctl", "xdotool", "xprop", "xev")
LIMIT_S = 40.0
PRESSES = 6
"""So many times a key is pressed that closes a window."""
PATIENCE_S = 5.0
"""How long a window may take to close after it."""

_DUNST = """
[global]
    history_length = 20
    monitor = 0
[urgency_normal]
    timeout = 1
"""


def missing() -> list[str]:
    """Programs that this machine has not; all of them off Linux."""
    if not sys.platform.startswith("linux"):
        return list(PROGRAMS)
    return [name for name in PROGRAMS if shutil.which(name) is None]


@dataclass
class Desktop:
    """A running desktop.

    Attributes:
        env: what programs on it need in their environment.
    """

    env: dict[str, str]
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Run a program on it until the desktop ends."""
        process = subprocess.Popen(
            command, env={**os.environ, **self.env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._processes.append(process)
        return process

    def ask(self, *command: str) -> str:
        """What a program says; "" when it fails or says nothing for ten seconds."""
        env = {**os.environ, **self.env}
        try:
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=10)
        except subprocess.TimeoutExpired:
            # `xdotool … --sync` waits for ever for a window that went meanwhile.
            return ""
        return done.stdout.strip() if done.returncode == 0 else ""

    def notices(self) -> list[tuple[str, str]]:
        """Title and text of every notice that dunst has shown and put away, oldest first."""
        told: dict[str, Any] = json.loads(self.ask("dunstctl", "history") or '{"data": [[]]}')
        return [(each["summary"]["data"], each["body"]["data"]) for each in reversed(told["data"][0])]

    def window(self, title: str) -> str:
        """Number of the visible window with this title; "" for none."""
        return self.ask("xdotool", "search", "--onlyvisible", "--name", f"^{title}$").partition("\n")[0]

    async def close_window(self, title: str) -> None:
        """Press Alt+F4 in the window with this title, as often as it takes until it has gone.

        A key that is pressed while windows come and go reaches none of them.

        Raises:
            AssertionError: it is still there.
        """

        async def pressed() -> bool:
            number = self.window(title)
            if number:
                await asyncio.to_thread(
                    self.ask, "xdotool", "windowactivate", "--sync", number, "key", "alt+F4"
                )
                with contextlib.suppress(AssertionError):
                    await until(lambda: self.window(title) != number, "the window to go", PATIENCE_S)
            return not self.window(title)

        for _ in range(PRESSES):
            if await pressed():
                return
        raise AssertionError(f"{title!r} is still open")

    def stop(self) -> None:
        """End every program."""
        for process in reversed(self._processes):
            process.terminate()
        for process in reversed(self._processes):
            process.wait(10)


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait for a program that is no coroutine.

    Raises:
        AssertionError: it did not happen in time.
    """
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.05)


@contextmanager
def running_desktop(folder: Path, *, tray: bool = True) -> Iterator[Desktop]:
    """A desktop for the time of the block.

    Args:
        folder: for its files.
        tray: with a place for tray icons.
    """
    display_read, display_write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(display_write), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
        pass_fds=(display_write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(display_write)
    with os.fdopen(display_read) as told:
        display = f":{told.readline().strip()}"
    bus = f"unix:path={folder / 'bus'}"
    env = {
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "DBUS_SESSION_BUS_ADDRESS": bus,
        "XDG_CURRENT_DESKTOP": "test",
    }
    desktop = Desktop(env, [server])
    try:
        desktop.start("dbus-daemon", "--session", "--nofork", f"--address={bus}")
        wait_for((folder / "bus").exists, "the session bus")
        desktop.start("openbox")
        if tray:
            desktop.start("trayer", "--edge", "top", "--align", "right", "--widthtype", "request")
        config = folder / "dunstrc"
        config.write_text(_DUNST)
        desktop.start("dunst", "-config", str(config))
        wait_for(lambda: desktop.ask("dunstctl", "count"), "dunst")
        yield desktop
    finally:
        desktop.stop()
