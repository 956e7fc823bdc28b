"""Pictures out of a QtMultimedia sink."""

from __future__ import annotations

import queue
import threading

import av
import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat, QVideoSink

from desktop.devices.device_thread import DeviceThread, Started
from desktop.devices.frame_code import FrameCode, draw_frame_code, read_frame_code
from desktop.devices.frame_tap import FrameTap

DEADLINE_S = 40.0

pytestmark = pytest.mark.usefixtures("qapp")


def picture(
    number: int, pixels: QVideoFrameFormat.PixelFormat = QVideoFrameFormat.PixelFormat.Format_Y8
) -> QVideoFrame:
    """A picture as a driver makes it, with a code."""
    frame = QVideoFrame(QVideoFrameFormat(QSize(640, 480), pixels))
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    rows = np.frombuffer(frame.bits(0), np.uint8)[: 640 * 480].reshape(480, 640)
    rows[:] = 100
    draw_frame_code(rows, FrameCode(1, number))
    frame.unmap()
    return frame


class Tapped:
    """A tap in a device thread, the sink a driver would write to, and what came out.

    `hold()` blocks the device thread inside the next delivery until the returned event is set.
    """

    def __init__(self) -> None:
        self.numbers: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.sinks: queue.SimpleQueue[QVideoSink] = queue.SimpleQueue()
        self.thread: DeviceThread[FrameTap] = DeviceThread("tap", self.make)
        self.thread.start()
        self.sink = self.sinks.get(timeout=DEADLINE_S)

    def make(self, started: Started) -> FrameTap:
        tap = FrameTap(self.deliver, started)
        self.sinks.put(tap.sink)
        return tap

    def deliver(self, frame: av.VideoFrame) -> None:
        self.threads.add(threading.current_thread().name)
        self.entered.set()
        assert self.gate.wait(DEADLINE_S)
        code = read_frame_code(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
        assert code is not None
        self.numbers.put(code.number)

    def stop(self) -> None:
        del self.sink
        assert self.thread.stop()


def test_pictures_are_converted_in_the_thread_of_the_device() -> None:
    tapped = Tapped()
    for number in range(3):
        tapped.sink.setVideoFrame(picture(number))
        assert tapped.numbers.get(timeout=DEADLINE_S) == number
    tapped.thread.wait_started(DEADLINE_S)
    tapped.stop()
    assert tapped.threads == {"tap"}


def test_the_latest_picture_wins() -> None:
    """While the receiver is slow five pictures come; the four that are old are left out."""
    tapped = Tapped()
    tapped.gate.clear()
    tapped.sink.setVideoFrame(picture(0))
    assert tapped.entered.wait(DEADLINE_S)
    for number in range(1, 6):
        tapped.sink.setVideoFrame(picture(number))
    tapped.gate.set()
    assert tapped.numbers.get(timeout=DEADLINE_S) == 0
    assert tapped.numbers.get(timeout=DEADLINE_S) == 5
    tapped.stop()
    assert tapped.numbers.empty()


def test_a_picture_that_cannot_be_read_is_left_out() -> None:
    tapped = Tapped()
    tapped.sink.setVideoFrame(picture(1, QVideoFrameFormat.PixelFormat.Format_IMC1))
    tapped.sink.setVideoFrame(QVideoFrame())
    tapped.sink.setVideoFrame(picture(2))
    assert tapped.numbers.get(timeout=DEADLINE_S) == 2
    tapped.stop()


def test_nothing_started_without_a_picture() -> None:
    tapped = Tapped()
    with pytest.raises(TimeoutError):
        tapped.thread.wait_started(0.01)
    tapped.stop()
