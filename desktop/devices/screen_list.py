"""Which screens and windows of the machine can be shared. Main thread; needs a `QGuiApplication`.

On X11 the list of windows is the window manager's (`_NET_CLIENT_LIST`): without one there are screens
alone. Under Wayland the system asks the user itself which one it gives (the desktop portal), so that one
entry stands for all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtMultimedia import QCapturableWindow, QWindowCapture

from desktop.devices.x11_windows import matching, x_windows


class ScreenKind(StrEnum):
    """What is shared."""

    SCREEN = "screen"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class ScreenTarget:
    """A screen or window that can be shared.

    Attributes:
        key: the same as long as it is there; of this process only.
        kind: a whole screen or one window.
        name: a window's title as the system gives it, a screen's model or port; may be "".
        width_px, height_px: of a screen, in device pixels; 0 for windows.
        area: where it is on the desktop: left, top, width, height; of a screen in device-independent
            pixels, of a window in device pixels. None where that is not known, or it is not shown.
        handle: Qt's own object for it.
    """

    key: str
    kind: ScreenKind
    name: str
    width_px: int = 0
    height_px: int = 0
    area: tuple[int, int, int, int] | None = None
    handle: Any = field(default=None, compare=False, repr=False)


def can_capture() -> bool:
    """Whether Qt has a back end here that captures in a thread of its own. Prepares it.

    On Linux Qt's FFmpeg back end looks at `XDG_SESSION_TYPE`, which is not set over SSH, in VNC sessions
    and in Xvfb. Without it, it would copy the whole screen in the thread of the windows, sixty times a
    second, and list no windows: so it is set where Qt draws to an X server, and nothing is captured where
    there is neither that nor Wayland's portal.
    """
    if sys.platform != "linux":
        return True
    app = QCoreApplication.instance()
    platform = str(getattr(app, "platformName", lambda: "")())
    if platform == "xcb" and os.environ.get("XDG_SESSION_TYPE", "") in {"", "tty"}:
        os.environ["XDG_SESSION_TYPE"] = "x11"
    return platform == "xcb" or platform.startswith("wayland")


class ScreenList:
    """Lists what can be shared; a window keeps its key from one look to the next."""

    def __init__(self) -> None:
        self._known: list[tuple[str, QCapturableWindow]] = []
        self._count = 0

    def targets(self) -> tuple[ScreenTarget, ...]:
        """Screens first, the main one at the head, then windows in the system's order; see `can_capture`."""
        return (*self._screens(), *self._windows()) if can_capture() else ()

    @staticmethod
    def _screens() -> Sequence[ScreenTarget]:
        # The application's own list: QtGui is no business of a device.
        app: Any = QCoreApplication.instance()
        main = app.primaryScreen()
        screens = sorted(app.screens(), key=lambda each: each is not main)
        return [
            ScreenTarget(
                f"screen-{each.name()}",
                ScreenKind.SCREEN,
                each.model() or each.name(),
                round(each.size().width() * each.devicePixelRatio()),
                round(each.size().height() * each.devicePixelRatio()),
                each.geometry().getRect(),
                each,
            )
            for each in screens
        ]

    def _windows(self) -> Sequence[ScreenTarget]:
        found = QWindowCapture.capturableWindows()
        self._known = list(zip(self._keys(found), found, strict=True))
        seen = matching([window.description() for window in found], x_windows() if found else ())
        return [
            ScreenTarget(
                key,
                ScreenKind.WINDOW,
                known.title if known is not None else window.description(),
                area=known.area if known is not None else None,
                handle=window,
            )
            for (key, window), known in zip(self._known, seen, strict=True)
        ]

    def _keys(self, found: Sequence[QCapturableWindow]) -> list[str]:
        """The key of each: its old one where it is known by its title, or else by its place in the order.

        PySide does not compare Qt's windows, and their own numbers are private.
        """
        known = [(key, window) for key, window in self._known if window.isValid()]
        keys = [""] * len(found)
        for place, window in enumerate(found):
            same = next((each for each in known if each[1].description() == window.description()), None)
            if same is not None:
                known.remove(same)
                keys[place] = same[0]
        renamed = [place for place, key in enumerate(keys) if not key]
        if len(renamed) == len(known):
            for place, (key, _) in zip(renamed, known, strict=True):
                keys[place] = key
        for place in renamed:
            if not keys[place]:
                self._count += 1
                keys[place] = f"window-{self._count}"
        return keys
