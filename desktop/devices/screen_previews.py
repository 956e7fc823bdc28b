"""Live pictures of everything that can be shared, for the picker: small, one after the other.

Each screen and window is opened for one picture and closed again, in one thread: many captures at once
would cost more than the meeting itself. With five of them each is renewed about once a second.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import av
from av.video.reformatter import Interpolation, VideoReformatter

from desktop.devices.screen import Screen
from desktop.devices.screen_list import ScreenTarget
from desktop.rtc.errors import RtcError
from desktop.rtc.media import PictureSlot

LARGEST_PX = (480, 270)
"""Width and height of a preview at most."""

PATIENCE_S = 1.0
"""How long one of them may take; a minimised window gives nothing at all."""

PAUSE_S = 0.15
"""Rest between two of them."""


class ScreenPreviews:
    """Keeps a slot for each target up to date while it runs. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._targets: tuple[ScreenTarget, ...] = ()
        self._slots: dict[str, PictureSlot] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def picture(self, key: str) -> PictureSlot:
        """The slot of a target; empty until its first picture."""
        with self._lock:
            return self._slots.setdefault(key, PictureSlot())

    def show(self, targets: Sequence[ScreenTarget]) -> None:
        """Keep these up to date from now on; the others' pictures are forgotten."""
        with self._lock:
            self._targets = tuple(targets)
            keys = {target.key for target in targets}
            self._slots = {key: slot for key, slot in self._slots.items() if key in keys}

    def start(self) -> None:
        """Begin; does nothing while it runs."""
        if self._thread is None:
            self._stopping = threading.Event()
            self._thread = threading.Thread(
                target=self._run, args=(self._stopping,), name="screen previews", daemon=True
            )
            self._thread.start()

    def ask_to_stop(self) -> None:
        """End soon, without waiting for it."""
        self._stopping.set()

    def stop(self) -> None:
        """End and wait for it: up to `PATIENCE_S`. Calling it twice is fine."""
        self._stopping.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self, stopping: threading.Event) -> None:
        while not stopping.wait(PAUSE_S):
            with self._lock:
                targets = self._targets
            for target in targets:
                self._take(target, stopping)
                if stopping.wait(PAUSE_S):
                    return

    def _take(self, target: ScreenTarget, stopping: threading.Event) -> None:
        screen = Screen(target, open_timeout_s=PATIENCE_S)
        arrived = threading.Event()
        frames: list[av.VideoFrame] = []

        def deliver(frame: av.VideoFrame) -> None:
            if not frames:
                frames.append(frame)
                arrived.set()

        try:
            screen.open(deliver)
        except RtcError:
            return  # gone, hidden or refused: its picture stays what it was
        finally:
            screen.close()
        if arrived.is_set() and not stopping.is_set():
            paint_small(frames[0], self.picture(target.key))


def paint_small(frame: av.VideoFrame, slot: PictureSlot) -> None:
    """Put a picture into a slot, made small."""
    scale = min(1.0, LARGEST_PX[0] / frame.width, LARGEST_PX[1] / frame.height)
    width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    picture = VideoReformatter().reformat(
        frame, width, height, "bgra", interpolation=Interpolation.AREA, threads=1
    )
    plane = picture.planes[0]
    slot.put(memoryview(plane).toreadonly(), picture.width, picture.height, plane.line_size)
