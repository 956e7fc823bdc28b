"""Our picture on its way out."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from fractions import Fraction

import av
import numpy as np
import pytest
from aiortc.mediastreams import MediaStreamError
from av.video.frame import PictureType

from desktop.rtc.camera import QUIET_FRAME_S, Camera, black_frame, fitting_size, scaled_size
from desktop.rtc.errors import RtcError, RtcErrorCode
from desktop.rtc.media import PictureSlot
from tests.support.sources import GREEN, RED, Colour, middle_colour, shows
from tests.support.waiting import until


class HandCamera:
    """A camera that delivers when the test says so."""

    def __init__(self, width_px: int = 320, height_px: int = 240) -> None:
        self.width_px, self.height_px, self.frame_rate = width_px, height_px, 30
        self.error: RtcErrorCode | None = None
        self.is_open = False
        self.closed = 0
        self._deliver: Callable[[av.VideoFrame], None] = lambda _: None

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Remember whom to deliver to."""
        if self.error is not None:
            raise RtcError(self.error)
        self.is_open, self._deliver = True, deliver

    def close(self) -> None:
        """Nothing is delivered any more."""
        self.is_open = False
        self.closed += 1

    def show(self, colour: Colour) -> None:
        """Deliver one picture of this colour."""
        image = np.full((self.height_px, self.width_px, 3), colour, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pict_type = PictureType.I  # as frames decoded from a camera's JPEG are
        self._deliver(frame)


class SlowCamera(HandCamera):
    """A camera that opens when the test lets it, in its worker thread."""

    def __init__(self) -> None:
        super().__init__()
        self.opening = threading.Event()
        self.may_open = threading.Event()

    def open(self, deliver: Callable[[av.VideoFrame], None]) -> None:
        """Wait for the test."""
        self.opening.set()
        assert self.may_open.wait(5)
        super().open(deliver)


class Clock:
    """Seconds that the test turns."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        """The current moment."""
        return self.now_s


@pytest.fixture
def source() -> HandCamera:
    """The device."""
    return HandCamera()


@pytest.fixture
def clock() -> Clock:
    """The camera's clock."""
    return Clock()


@pytest.fixture
async def camera(source: HandCamera, clock: Clock) -> AsyncIterator[Camera]:
    """A camera, off."""
    camera = Camera(source, PictureSlot(), clock)
    yield camera
    await camera.switch_off()


def luma(frame: av.VideoFrame) -> int:
    """Brightness of a frame's middle."""
    plane = frame.to_ndarray(format="gray8")
    return int(plane[frame.height // 2, frame.width // 2])


async def test_off_is_black_and_on_is_the_picture(camera: Camera, source: HandCamera) -> None:
    track = camera.make_track()
    assert luma(await track.recv()) <= 16
    await camera.switch_on()
    source.show(GREEN)
    frame = await track.recv()
    assert luma(frame) > 80
    assert (frame.format.name, frame.width, frame.height) == ("yuv420p", 320, 240)
    await camera.switch_off()
    assert not source.is_open
    assert luma(await track.recv()) <= 16


async def test_a_new_picture_goes_out_at_once_and_an_old_one_is_repeated(
    camera: Camera, source: HandCamera, clock: Clock
) -> None:
    """RTP never stops: a camera that hangs, or is off, still gives some frames a second."""
    assert QUIET_FRAME_S <= 1.0
    track = camera.make_track()
    await camera.switch_on()
    source.show(RED)
    first = await track.recv()
    clock.now_s += QUIET_FRAME_S
    again = await track.recv()
    assert luma(again) == luma(first)


async def test_timestamps_run_on(camera: Camera, source: HandCamera, clock: Clock) -> None:
    """Over switching off and on and over tracks, in steps of the clock."""
    pts = []
    for _ in range(3):
        track = camera.make_track()
        await camera.switch_on()
        source.show(RED)
        frame = await track.recv()
        pts.append(frame.pts)
        assert frame.time_base == Fraction(1, 90_000)
        await camera.switch_off()
        track.stop()
        clock.now_s += 0.5
    assert pts == [0, 45_000, 90_000]


def test_timestamps_grow_even_when_the_clock_stands() -> None:
    async def run() -> list[int | None]:
        camera = Camera(HandCamera(), PictureSlot(), Clock())
        return [camera.frame().pts for _ in range(3)]

    assert asyncio.run(run()) == [0, 1, 2]


async def test_key_frames_on_request(camera: Camera) -> None:
    """The first, and one when asked."""

    def is_key() -> bool:
        return camera.frame().pict_type == PictureType.I

    assert is_key()
    assert not is_key()
    camera.request_key_frame()
    assert is_key()
    assert not is_key()


async def test_a_source_that_marks_every_frame_does_not_make_key_frames(
    camera: Camera, source: HandCamera, clock: Clock
) -> None:
    track = camera.make_track()
    await camera.switch_on()
    types = []
    for step in range(4):
        clock.now_s = 60.0 + step / 10
        source.show(RED)
        types.append((await track.recv()).pict_type)
    assert types == [PictureType.I, PictureType.NONE, PictureType.NONE, PictureType.NONE]


async def test_the_latest_picture_wins(camera: Camera, source: HandCamera, clock: Clock) -> None:
    """A source that is faster than the pace loses pictures, not time."""
    slot = PictureSlot()
    camera = Camera(source, slot, clock)
    await camera.switch_on()
    for _ in range(10):
        source.show(RED)
    source.show(GREEN)
    await until(lambda: slot.picture, "a picture")
    assert shows(slot, GREEN, tolerance=5)
    assert slot.count == 1
    await camera.switch_off()
    assert slot.picture is None


async def test_own_pictures_have_buffers_of_their_own(source: HandCamera, clock: Clock) -> None:
    """The one being painted does not change under the painter."""
    slot = PictureSlot()
    camera = Camera(source, slot, clock)
    await camera.switch_on()
    source.show(RED)
    await until(lambda: slot.count == 1, "the first picture")
    first = slot.picture
    assert first is not None
    before = bytes(first.data)
    clock.now_s += 1
    source.show(GREEN)
    await until(lambda: slot.count == 2, "the second picture")
    assert bytes(first.data) == before
    assert first.data.readonly
    seen = middle_colour(slot)
    assert seen is not None
    assert seen[1] > 150
    await camera.switch_off()


async def test_a_device_that_does_not_open(camera: Camera, source: HandCamera) -> None:
    source.error = RtcErrorCode.CAMERA_BUSY
    with pytest.raises(RtcError) as caught:
        await camera.switch_on()
    assert caught.value.code is RtcErrorCode.CAMERA_BUSY
    assert not camera.on
    assert luma(camera.frame()) <= 16
    source.error = None
    await camera.switch_on()
    assert camera.on


async def test_a_stopped_track_ends_and_the_camera_goes_on(camera: Camera, source: HandCamera) -> None:
    """Closing a peer connection stops its tracks; the device is none of its business."""
    await camera.switch_on()
    track, other = camera.make_track(), camera.make_track()
    waiting = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    track.stop()
    with pytest.raises(MediaStreamError):
        await waiting
    with pytest.raises(MediaStreamError):
        await track.recv()
    assert source.is_open
    source.show(GREEN)
    assert luma(await other.recv()) > 80


async def test_a_late_delivery_shows_nothing(camera: Camera, source: HandCamera) -> None:
    """One that was under way when the camera was switched off."""
    await camera.switch_on()
    await camera.switch_off()
    source.show(GREEN)
    await asyncio.sleep(0)
    assert luma(camera.frame()) <= 16


@pytest.mark.parametrize(
    ("given_px", "fitting_px"),
    [
        ((640, 480), (640, 480)),
        ((1920, 1080), (1280, 720)),
        ((1080, 1920), (404, 720)),
        ((321, 241), (320, 240)),
        ((4000, 30), (1280, 8)),
        ((1, 1), (2, 2)),
    ],
)
def test_what_goes_out_is_bounded(given_px: tuple[int, int], fitting_px: tuple[int, int]) -> None:
    """A 4K camera would ask for more than an encoder and a meeting can take."""
    assert fitting_size(*given_px) == fitting_px


async def test_a_large_camera_is_scaled(clock: Clock) -> None:
    source = HandCamera(1920, 1080)
    camera = Camera(source, PictureSlot(), clock)
    assert camera.size_px == (1280, 720)
    track = camera.make_track()
    await camera.switch_on()
    source.show(GREEN)
    frame = await track.recv()
    assert (frame.width, frame.height) == (1280, 720)
    await camera.switch_off()


def test_black_is_black() -> None:
    rgb = black_frame(64, 48).to_ndarray(format="rgb24")
    assert rgb.max() <= 2


async def test_another_source_goes_on_where_the_first_stopped(
    camera: Camera, source: HandCamera, clock: Clock
) -> None:
    """Its first picture is complete, of its own size, later than the last one; the first is released."""
    track = camera.make_track()
    await camera.switch_on()
    source.show(RED)
    last = (await track.recv()).pts
    clock.now_s += 0.1
    other = HandCamera(160, 120)
    await camera.replace(other)
    assert (source.is_open, other.is_open, camera.size_px) == (False, True, (160, 120))
    other.show(GREEN)
    frame = await track.recv()
    assert (frame.width, frame.height, frame.pict_type) == (160, 120, PictureType.I)
    assert luma(frame) > 80
    assert frame.pts == (last or 0) + 9_000
    source.show(RED)
    await asyncio.sleep(0)
    assert luma(await track.recv()) == luma(frame), "the former source is not heard any more"


async def test_a_source_that_does_not_open_leaves_the_present_one(camera: Camera, source: HandCamera) -> None:
    track = camera.make_track()
    await camera.switch_on()
    broken = HandCamera()
    broken.error = RtcErrorCode.CAMERA_BUSY
    with pytest.raises(RtcError) as caught:
        await camera.replace(broken)
    assert caught.value.code is RtcErrorCode.CAMERA_BUSY
    assert (source.is_open, camera.on) == (True, True)
    source.show(GREEN)
    assert luma(await track.recv()) > 80


async def test_a_source_exchanged_while_off_stays_closed(camera: Camera, source: HandCamera) -> None:
    """Muted stays muted; switched on, it is the new one that opens."""
    other = HandCamera()
    await camera.replace(other)
    assert not other.is_open
    await camera.switch_on()
    assert (source.is_open, other.is_open) == (False, True)


async def test_a_device_that_opens_for_nobody_is_released() -> None:
    """Whoever switched it on, or exchanged it, was gone before the driver had answered."""
    slow = SlowCamera()
    camera = Camera(slow, PictureSlot())
    opening = asyncio.create_task(camera.switch_on())
    await until(slow.opening.is_set, "the driver at work")
    opening.cancel()
    slow.may_open.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert (slow.is_open, camera.on) == (False, False)

    source, other = HandCamera(), SlowCamera()
    camera = Camera(source, PictureSlot())
    await camera.switch_on()
    replacing = asyncio.create_task(camera.replace(other))
    await until(other.opening.is_set, "the driver at work")
    replacing.cancel()
    other.may_open.set()
    with pytest.raises(asyncio.CancelledError):
        await replacing
    assert (source.is_open, other.is_open) == (True, False)
    await camera.switch_off()


async def test_a_picture_that_cannot_be_converted_costs_one_picture(
    camera: Camera, source: HandCamera, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The device stays ours, and can still be released."""
    track = camera.make_track()
    await camera.switch_on()
    with caplog.at_level(logging.WARNING):
        source._deliver(av.VideoFrame())
        await until(lambda: caplog.records, "a line about it")
    clock.now_s += 1
    source.show(GREEN)
    await until(lambda: camera.counts.taken == 1, "the next picture")
    assert luma(await track.recv()) > 80
    await camera.switch_off()
    assert not source.is_open


async def test_sending_less_and_more_again(camera: Camera, source: HandCamera, clock: Clock) -> None:
    """Smaller and slower on the way out; what the others are told of the picture stays."""
    track = camera.make_track()
    camera.limit(frame_rate=10, scale=0.5)
    await camera.switch_on()
    source.show(GREEN)
    frame = await track.recv()
    assert (frame.width, frame.height, camera.size_px) == (160, 120, (320, 240))
    clock.now_s += 1
    camera.limit(frame_rate=30, scale=1.0)
    source.show(GREEN)
    frame = await track.recv()
    assert (frame.width, frame.height) == (320, 240)


async def test_pictures_nobody_had_time_for_are_counted(
    camera: Camera, source: HandCamera, clock: Clock
) -> None:
    camera.make_track()
    await camera.switch_on()

    async def another_picture() -> None:
        wanted = camera.counts.taken + 1
        clock.now_s += 1
        source.show(RED)
        await until(lambda: camera.counts.taken == wanted, "a picture")

    for _ in range(3):
        await another_picture()
    assert camera.counts.missed == 2


def test_made_smaller_in_even_numbers() -> None:
    assert scaled_size((1280, 720), 0.5) == (640, 360)
    assert scaled_size((404, 720), 0.75) == (302, 540)
    assert scaled_size((4, 4), 0.1) == (2, 2)
    assert scaled_size((320, 240), 3.0) == (320, 240)
