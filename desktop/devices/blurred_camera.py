"""A camera whose background is out of focus while a switch says so.

The work is done on a thread of its own, between the camera's thread and whoever takes the pictures: it
never waits for the window or the network, and they never wait for it. The newest picture wins; those it
has no time for are left out, and when too many are, the switch goes off by itself.

While it is on, no picture leaves with its background to be seen, not even the first one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import av

from desktop.devices.blur_painting import BlurPainter, SegmentPicture
from desktop.devices.blur_switch import BlurEnd, BlurSwitch
from desktop.meeting.lateness import Lateness
from desktop.rtc.media import VideoSource

log = logging.getLogger(__name__)

FIRST_PICTURE_S = 3.0
"""How long `open()` waits for the first picture at most: the runtime is loaded before it."""


class BlurredCamera:
    """A `VideoSource` around another one.

    Args:
        camera: whose pictures; it delivers from one thread at a time.
        switch: blurred or as they are, from one picture to the next.
        make_segmenter: called on the work's thread, once it is first needed.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        camera: VideoSource,
        switch: BlurSwitch,
        make_segmenter: Callable[[], SegmentPicture],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.camera = camera
        self.width_px, self.height_px = camera.width_px, camera.height_px
        self.frame_rate = camera.frame_rate
        self._switch = switch
        self._make_segmenter = make_segmenter
        self._clock = clock
        self._work: _Work | None = None

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Open the camera and return with its first picture, as it is to be seen.

        Raises:
            RtcError: the camera's own code.
        """

        def take(frame: av.VideoFrame) -> None:
            self.width_px, self.height_px = frame.width, frame.height
            deliver(frame)

        self._end_work()
        interval_s = 1 / max(1, self.frame_rate)
        work = self._work = _Work(self._switch, self._make_segmenter, self._clock, interval_s, take)
        try:
            self.camera.open(work.take)
        except BaseException:
            self._end_work()
            raise
        if self._switch.on:
            work.wait_first(FIRST_PICTURE_S)

    def close(self) -> None:
        """Release the camera; no delivery after it returns. Calling it twice is fine."""
        self.camera.close()
        self._end_work()

    def _end_work(self) -> None:
        work, self._work = self._work, None
        if work is not None:
            work.stop()


class _Work:
    """What is done between one `open()` and its `close()`."""

    def __init__(
        self,
        switch: BlurSwitch,
        make_segmenter: Callable[[], SegmentPicture],
        clock: Callable[[], float],
        interval_s: float,
        deliver: Callable[[av.VideoFrame], None],
    ) -> None:
        self._switch = switch
        self._make_segmenter = make_segmenter
        self._clock = clock
        self._interval_s = interval_s
        self._deliver = deliver
        self._delivering = threading.Lock()
        self._news = threading.Condition()
        self._newest: av.VideoFrame | None = None
        self._missed = 0
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._first = threading.Event()

    def take(self, frame: av.VideoFrame) -> None:
        """Take a picture from the camera, in its thread."""
        if not self._switch.on:
            with self._news:
                self._newest = None
            self._hand_on(frame)
            return
        with self._news:
            if self._stopped:
                return
            self._missed += self._newest is not None
            self._newest = frame
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="background blur", daemon=True)
                self._thread.start()
            self._news.notify()

    def wait_first(self, timeout_s: float) -> None:
        """Wait for the first picture that was handed on, or not longer than this."""
        self._first.wait(timeout_s)

    def stop(self) -> None:
        """End the thread and wait for it, unless it is the one that asks."""
        with self._news:
            self._stopped = True
            self._news.notify()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _hand_on(self, frame: av.VideoFrame) -> None:
        # One at a time: at a change of the switch two threads have a picture.
        with self._delivering:
            if not self._stopped:
                self._deliver(frame)
        self._first.set()

    def _run(self) -> None:
        painter: BlurPainter | None = None
        lateness, times = Lateness(self._interval_s), -1
        while (found := self._next()) is not None:
            frame, missed = found
            try:
                if painter is None:
                    painter = BlurPainter(self._make_segmenter())
                if times != self._switch.times:
                    times = self._switch.times
                    painter.forget()
                    lateness = Lateness(self._interval_s)
                began_s = self._clock()
                blurred = painter.painted(frame)
                now_s = self._clock()
            except (ImportError, OSError, RuntimeError, ValueError):
                log.exception("background blur does not work")
                self._switch.end(BlurEnd.BROKEN)
                continue
            if self._switch.on:
                self._hand_on(blurred)
                if lateness.take(now_s, now_s - began_s, missed):
                    self._switch.end(BlurEnd.LATE)

    def _next(self) -> tuple[av.VideoFrame, int] | None:
        """The newest picture, and how many it replaced; None at the end."""
        with self._news:
            while self._newest is None and not self._stopped:
                self._news.wait()
            frame, self._newest = self._newest, None
            missed, self._missed = self._missed, 0
            return (frame, missed) if frame is not None and not self._stopped else None
