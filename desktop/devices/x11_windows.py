"""Titles and places of X11 windows, which Qt's list of windows gives wrongly or not at all.

Qt reads the old Latin-1 title (`WM_NAME`) as UTF-8, so that every accent is lost; and it says nothing of
where a window is. libX11 is there wherever Qt draws to an X server; a connection of its own for each look
takes about a millisecond and disturbs nobody. Properties: Extended Window Manager Hints 1.5.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from dataclasses import dataclass

_VIEWABLE = 2  # X.h: IsViewable
_ANY_TYPE = 0
_MOST_WINDOWS = 4096

_ErrorHandler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def _ignore_error(_display: int | None, _error: int | None) -> int:
    """A window may go between two questions about it; Xlib's own handler ends the program."""
    return 0


_ignore = _ErrorHandler(_ignore_error)


class _Attributes(ctypes.Structure):
    """`XWindowAttributes` of Xlib.h, up to what is read; the rest is room."""

    _fields_ = (
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("border_width", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong),
        ("window_class", ctypes.c_int),
        ("bit_gravity", ctypes.c_int),
        ("win_gravity", ctypes.c_int),
        ("backing_store", ctypes.c_int),
        ("backing_planes", ctypes.c_ulong),
        ("backing_pixel", ctypes.c_ulong),
        ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int),
        ("map_state", ctypes.c_int),
        ("room", ctypes.c_byte * 128),
    )


@dataclass(frozen=True, slots=True)
class XWindow:
    """One window of the window manager's list.

    Attributes:
        window_id: the X server's number for it.
        title: as people see it.
        area: left, top, width and height on the desktop, in device pixels; None while it is not shown.
    """

    window_id: int
    title: str
    area: tuple[int, int, int, int] | None

    @property
    def names_in_qt(self) -> tuple[str, ...]:
        """What Qt's list may call it: misread, or by its number where the title is no Latin-1 at all."""
        misread = self.title.encode("latin-1", "replace").decode("utf-8", "replace")
        return self.title, misread, f"Window {self.window_id:#x}"


def x_windows() -> tuple[XWindow, ...]:
    """The windows in the window manager's order; nothing where there is no X server."""
    if sys.platform != "linux":
        return ()
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return ()
    pointer, number = ctypes.c_void_p, ctypes.c_ulong
    x11.XOpenDisplay.restype = pointer
    x11.XDefaultRootWindow.restype = number
    x11.XInternAtom.restype = number
    x11.XSetErrorHandler.restype = pointer
    x11.XSetErrorHandler.argtypes = [pointer]
    display = x11.XOpenDisplay(None)
    if not display:
        return ()
    before = x11.XSetErrorHandler(ctypes.cast(_ignore, pointer))
    try:
        return _Reader(x11, pointer(display)).windows()
    finally:
        x11.XCloseDisplay(pointer(display))
        x11.XSetErrorHandler(before)


def matching(names: Sequence[str], windows: Sequence[XWindow]) -> list[XWindow | None]:
    """For each name of Qt's list, in its order, the window it stands for; None where that is unknown."""
    left = list(windows)
    found: list[XWindow | None] = []
    for name in names:
        window = next((each for each in left if name in each.names_in_qt), None)
        if window is not None:
            left.remove(window)
        found.append(window)
    return found


class _Reader:
    """Asks one connection."""

    def __init__(self, x11: ctypes.CDLL, display: ctypes.c_void_p) -> None:
        self._x11 = x11
        self._display = display
        self._root = ctypes.c_ulong(x11.XDefaultRootWindow(display))

    def windows(self) -> tuple[XWindow, ...]:
        """See `x_windows`."""
        size = ctypes.sizeof(ctypes.c_ulong)  # Xlib gives 32-bit items as longs
        raw = self._property(self._root, b"_NET_CLIENT_LIST", size)
        ids = [int.from_bytes(raw[at : at + size], sys.byteorder) for at in range(0, len(raw), size)]
        return tuple(XWindow(window, self._title(window), self._area(window)) for window in ids)

    def _title(self, window: int) -> str:
        handle = ctypes.c_ulong(window)
        modern = self._property(handle, b"_NET_WM_NAME", 1)
        return modern.decode("utf-8", "replace") or self._property(handle, b"WM_NAME", 1).decode("latin-1")

    def _area(self, window: int) -> tuple[int, int, int, int] | None:
        seen, handle = _Attributes(), ctypes.c_ulong(window)
        if not self._x11.XGetWindowAttributes(self._display, handle, ctypes.byref(seen)):
            return None
        if seen.map_state != _VIEWABLE:
            return None
        left, top, child = ctypes.c_int(), ctypes.c_int(), ctypes.c_ulong()
        self._x11.XTranslateCoordinates(
            self._display,
            handle,
            self._root,
            0,
            0,
            ctypes.byref(left),
            ctypes.byref(top),
            ctypes.byref(child),
        )
        return left.value, top.value, seen.width, seen.height

    def _property(self, window: ctypes.c_ulong, name: bytes, item_size: int) -> bytes:
        """A property's bytes; empty where there is none."""
        atom = ctypes.c_ulong(self._x11.XInternAtom(self._display, name, 0))
        kind, count, rest = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_ulong()
        width, data = ctypes.c_int(), ctypes.c_void_p()
        self._x11.XGetWindowProperty(
            self._display,
            window,
            atom,
            ctypes.c_long(0),
            ctypes.c_long(_MOST_WINDOWS),
            0,
            ctypes.c_ulong(_ANY_TYPE),
            ctypes.byref(kind),
            ctypes.byref(width),
            ctypes.byref(count),
            ctypes.byref(rest),
            ctypes.byref(data),
        )
        if not data.value:
            return b""
        try:
            return ctypes.string_at(data.value, count.value * item_size)
        finally:
            self._x11.XFree(data)
